"""The two messages of the tour: a registration and its charges.

Source: http://v2plus.hl7.org/2021Jan/message-structure/ADT_A01.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.tour.visit import Visit

_DOCTOR = "1990000022^Ashgrove^Juniper^^^Dr^^^&2.16.840.1.113883.4.6&ISO^L^^^NPI"
_PAYER = "LARKSPUR^^^&https://payers.example/id&URI"


def registration(visit: Visit) -> str:
    """ADT^A04: who came, who stands by them, who pays."""
    return _message(
        visit,
        "ADT^A04^ADT_A01",
        ("EVN", {1: "A04", 2: _time(visit)}),
        ("PID", _patient(visit)),
        ("NK1", {1: "1", 2: "Tourist^Theodora", 3: "SPO^Spouse^HL70063", 5: "555-0171"}),
        ("PV1", _visit(visit)),
        ("GT1", {1: "1", 2: f"G{visit.number}", 3: "Tourist^Tobias", 11: "SEL"}),
        (
            "IN1",
            {
                1: "1",
                2: "LARKSPUR-PPO^Larkspur Choice PPO",
                3: _PAYER,
                4: "Larkspur Mutual",
                12: f"{visit.day:%Y}0101",
                17: "SEL",
                36: f"LM{visit.number}",
            },
        ),
    )


def charges(visit: Visit, lines: Sequence[tuple[str, str, str]]) -> str:
    """DFT^P03: what was done, at which price, for which diagnosis; a line is code, name and price."""
    return _message(
        visit,
        "DFT^P03^DFT_P03",
        ("EVN", {1: "P03", 2: _time(visit)}),
        ("PID", _patient(visit)),
        ("PV1", _visit(visit)),
        *(("FT1", _charge(visit, number, *line)) for number, line in enumerate(lines, 1)),
    )


def _charge(visit: Visit, number: int, code: str, name: str, price: str) -> Mapping[int, str]:
    return {
        1: str(number),
        2: f"{visit.record}-{number}",
        4: f"{visit.day:%Y%m%d}",
        5: _time(visit),
        6: "CG",
        7: f"{code}^{name}^HCPCS",
        10: "1",
        11: price,
        19: "J06.9^A cold^I10C",
        20: _DOCTOR,
    }


def _patient(visit: Visit) -> Mapping[int, str]:
    return {
        1: "1",
        3: f"{visit.record}^^^&https://willowmere.example/mrn&URI^MR",
        5: "Tourist^Tobias^T^^^^L",
        7: "19790412",
        8: "M",
        11: "7 Signpost Road^^Willowmere^CO^80999^USA^H",
        13: "555-0170^PRN^PH",
        18: f"A{visit.number}^^^&https://willowmere.example/accounts&URI^AN",
    }


def _visit(visit: Visit) -> Mapping[int, str]:
    return {
        1: "1",
        2: "O",
        7: _DOCTOR,
        19: f"V{visit.number}^^^&https://willowmere.example/visits&URI^VN",
        44: f"{visit.day:%Y%m%d}",
    }


def _message(visit: Visit, kind: str, *segments: tuple[str, Mapping[int, str]]) -> str:
    control = f"{kind[4:7]}{visit.number}"
    header = f"MSH|^~\\&|FRONTDESK|WILLOWMERE|ALMONER|WILLOWMERE|{_time(visit)}||{kind}|{control}|P|2.5.1"
    return "".join(f"{line}\r" for line in (header, *(_segment(name, fields) for name, fields in segments)))


def _segment(name: str, fields: Mapping[int, str]) -> str:
    return "|".join([name, *(fields.get(step, "") for step in range(1, max(fields) + 1))])


def _time(visit: Visit) -> str:
    return f"{visit.now:%Y%m%d%H%M%S%z}"
