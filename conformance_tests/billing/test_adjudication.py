"""http://hl7.org/fhir/R4/adjudication.html: what holds for any plan, charges and consumption."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance_tests.billing import plans, strategies
from conformance_tests.billing.amounts import usd
from operations.billing import accumulators, money
from operations.billing.accumulators import Accumulators
from operations.billing.adjudication import Adjudication, adjudicate
from operations.billing.charges import Charge
from operations.billing.line import Line
from operations.billing.money import Money, Unbalanced
from operations.billing.plan import Cost, Terms, Yearly

Charges = tuple[Charge, ...]


@given(strategies.charges(), strategies.terms, strategies.accumulators())
def test_lines_and_claim_balance(charges: Charges, terms: Terms, used: Accumulators) -> None:
    found = adjudicate(charges, terms, used)
    submitted = money.total((one.submitted for one in charges), "USD")
    parts = [_sum(found, name) for name in ("discount", "noncovered", "benefit", "deductible", "copay", "coinsurance")]
    assert money.total(parts, "USD") == submitted
    owed = found.total(lambda line: line.liability) + found.total(lambda line: line.benefit)
    assert owed + _sum(found, "discount") + found.total(lambda line: line.written_off) == submitted
    assert [line.charge for line in found.lines] == list(charges)


@given(strategies.charges(), strategies.terms, strategies.accumulators())
def test_the_share_is_never_more_than_is_left_of_the_out_of_pocket_maximum(
    charges: Charges, terms: Terms, used: Accumulators
) -> None:
    found = adjudicate(charges, terms, used)
    share = found.total(lambda line: line.share)
    limit = accumulators.remaining(terms.plan.out_of_pocket, used.member.out_of_pocket, used.family.out_of_pocket)
    assert limit is None or not limit < share
    left = accumulators.remaining(terms.plan.deductible, used.member.deductible, used.family.deductible)
    assert left is None or not left < _sum(found, "deductible")
    assert left is not None or _sum(found, "deductible").minor == 0


@given(strategies.charges(), strategies.terms, strategies.accumulators())
def test_what_is_paid_is_consumed_by_member_and_family(charges: Charges, terms: Terms, used: Accumulators) -> None:
    found = adjudicate(charges, terms, used)
    share, deductible = found.total(lambda line: line.share), _sum(found, "deductible")
    for before, after in ((used.member, found.after.member), (used.family, found.after.family)):
        assert after == before.plus(deductible, share)


@given(strategies.charges(), strategies.terms, strategies.accumulators(), st.integers(0, 6))
def test_a_claim_split_in_two_is_adjudicated_as_one(
    charges: Charges, terms: Terms, used: Accumulators, place: int
) -> None:
    whole = adjudicate(charges, terms, used)
    first = adjudicate(charges[:place], terms, used)
    second = adjudicate(charges[place:], terms, first.after)
    assert (*first.lines, *second.lines) == whole.lines
    assert second.after == whole.after


@given(strategies.charges(), strategies.terms, strategies.accumulators())
def test_denied_lines_change_nothing_for_the_others(charges: Charges, terms: Terms, used: Accumulators) -> None:
    found = adjudicate(charges, terms, used)
    covered = [line for line in found.lines if line.denial is None]
    again = adjudicate([line.charge for line in covered], terms, used)
    assert list(again.lines) == covered
    assert again.after == found.after


@st.composite
def _one_service(draw: st.DrawFn) -> tuple[Terms, Charges]:
    """Covered charges of one category and day."""
    terms = plans.terms(
        plans.plan({"98": plans.service(draw(strategies.costs))}, draw(strategies.yearly), draw(strategies.yearly))
    )
    amounts = draw(st.lists(strategies.amounts(), min_size=1, max_size=5))
    return terms, tuple(plans.charge(amount, sequence=place) for place, amount in enumerate(amounts, start=1))


@given(_one_service(), strategies.accumulators(), st.randoms(use_true_random=False))
def test_the_order_of_lines_of_a_day_and_category_moves_no_more_than_roundings(
    drawn: tuple[Terms, Charges], used: Accumulators, random: Random
) -> None:
    terms, charges = drawn
    shuffled = list(charges)
    random.shuffle(shuffled)
    one, other = adjudicate(charges, terms, used), adjudicate(shuffled, terms, used)
    shares = [found.total(lambda line: line.share).minor for found in (one, other)]
    assert abs(shares[0] - shares[1]) <= len(charges)


@given(_one_service(), strategies.accumulators(), st.randoms(use_true_random=False))
def test_without_coinsurance_the_order_of_lines_moves_nothing(
    drawn: tuple[Terms, Charges], used: Accumulators, random: Random
) -> None:
    terms, charges = drawn
    cost = replace(terms.plan.services["98"].costs[terms.network], coinsurance=None)
    terms = replace(terms, plan=replace(terms.plan, services={"98": plans.service(cost)}))
    shuffled = list(charges)
    random.shuffle(shuffled)
    one, other = adjudicate(charges, terms, used), adjudicate(shuffled, terms, used)
    assert one.after == other.after


@given(strategies.any_charge(), strategies.terms, strategies.accumulators(), strategies.amounts())
def test_a_higher_charge_never_lowers_what_is_paid_or_owed(
    charge: Charge, terms: Terms, used: Accumulators, more: Money
) -> None:
    dearer = replace(charge, submitted=charge.submitted + more)
    (one,), (other,) = (adjudicate([each], terms, used).lines for each in (charge, dearer))
    assert not other.benefit < one.benefit
    assert not other.liability < one.liability


@given(strategies.charges(), strategies.terms, strategies.accumulators(), strategies.amounts())
def test_a_higher_out_of_pocket_maximum_never_lowers_the_share(
    charges: Charges, terms: Terms, used: Accumulators, more: Money
) -> None:
    limit = terms.plan.out_of_pocket.individual
    assume(limit is not None)
    assert limit is not None
    raised = replace(terms.plan, out_of_pocket=replace(terms.plan.out_of_pocket, individual=limit + more))
    lower, higher = (
        adjudicate(charges, replace(terms, plan=plan), used).total(lambda line: line.share)
        for plan in (terms.plan, raised)
    )
    assert not higher < lower


def _sum(found: Adjudication, name: str) -> Money:
    return found.total(lambda line: getattr(line, name))


NOTHING = usd("0")
COVERED = Line(
    charge=plans.charge("100.00", "80.00"),
    allowed=usd("80"),
    discount=usd("20"),
    noncovered=NOTHING,
    patient=NOTHING,
    deductible=NOTHING,
    copay=usd("25"),
    coinsurance=NOTHING,
    benefit=usd("55"),
)


@pytest.mark.parametrize(
    "change",
    [
        {"discount": usd("20.01")},
        {"allowed": usd("80.01")},
        {"benefit": usd("54.99")},
        {"patient": usd("0.01")},
        {"copay": usd("-1"), "benefit": usd("81")},
        {"discount": usd("-20"), "noncovered": usd("40")},
    ],
)
def test_a_line_that_does_not_balance_does_not_exist(change: dict[str, Money]) -> None:
    with pytest.raises(Unbalanced):
        replace(COVERED, **change)  # type: ignore[arg-type]  # only amounts are changed


def test_a_claim_without_limits_is_paid_in_full() -> None:
    terms = plans.terms(plans.plan({"98": plans.service(Cost())}, Yearly(), Yearly()))
    used = accumulators.opening(terms.plan, plans.DAY)
    found = adjudicate([plans.charge("123.45")], terms, used)
    assert found.total(lambda line: line.benefit) == usd("123.45")
    assert found.outcome == "paid"


def test_a_percentage_of_all_is_all() -> None:
    terms = plans.terms(plans.plan({"98": plans.service(Cost(coinsurance=Decimal(100)))}))
    found = adjudicate([plans.charge("123.45")], terms, accumulators.opening(terms.plan, plans.DAY))
    assert found.lines[0].coinsurance == usd("123.45")
