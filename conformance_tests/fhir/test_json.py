"""http://hl7.org/fhir/R4/json.html."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance_tests.fhir import strategies
from server.fhir import codec
from server.fhir.errors import Invalid

_keys = st.text(alphabet='a":\\ \n\u00e9{},', max_size=4)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | strategies.decimals | st.text(alphabet='":\\ {}[],\u20ac😀a'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("text", ["72.50", "0.10", "-0.0", "100.000", "28.104000000000003", "1.0E+3", "0.00000100"])
def test_a_decimal_keeps_its_digits(text: str) -> None:
    assert codec.encode(codec.decode(text.encode())) == text.encode()


@given(strategies.written_decimals)
@example("0.0000001")
@example("0.00000010")
@example("1E2")
def test_a_decimal_is_written_as_it_was_sent(text: str) -> None:
    value = codec.decode(text.encode())
    assert codec.encode(value) == text.encode()
    assert value == Decimal(text)


def test_a_decimal_is_read_as_the_exact_value() -> None:
    assert codec.decode(b'{"value":72.50}')["value"].as_tuple() == Decimal("72.50").as_tuple()


@pytest.mark.parametrize("text", ["0", "-1", "2147483648", "18446744073709551616", "9" * 300])
def test_an_integer_of_any_size_stays_the_same(text: str) -> None:
    assert codec.encode(codec.decode(text.encode())) == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a":1,"a":1}',
        '[{"x":{"a":[1],"b":2,"a":[1]}}]',
        '{"a" :1,"a":2}',
        '{"a":1,\n"a"\t\r\n: 2}',
        '{"a":1,"\\u0061":2}',
        '{"a\\"":1,"a\\u0022":2}',
        '{"a\\\\":1,"a\\\\":2}',
        '{"a":1,"a":"\\":"}',
        '{"a":1,"a":"\\u0022:"}',
        '{"a":":","a":2}',
        '{"":1,"":2}',
        '{"\u00e9":1,"\\u00E9":2}',
    ],
)
def test_a_name_may_not_appear_twice_in_one_object(text: str) -> None:
    with pytest.raises(Invalid, match="appears twice"):
        codec.decode(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        '[{"a":1},{"a":2}]',
        '{"a":{"a":{"a":1}}}',
        '{"a":"\\"a\\":1","b":"a\\u0022:"}',
        '{"a":":","b":":\\":"}',
        '{"a" : 1, "b" : 2}',
        '{"a":1,"A":2}',
        '{"":1,":":2}',
    ],
)
def test_names_that_only_look_alike_are_accepted(text: str) -> None:
    assert codec.decode(text.encode()) == json.loads(text)


def test_the_repeated_name_is_shown_cut_to_64_characters() -> None:
    name = "n" * 100
    with pytest.raises(Invalid, match=r'the name "n{64}" appears'):
        codec.decode(f'{{"{name}":1,"{name}":2}}'.encode())


def test_a_hundred_levels_are_read() -> None:
    text = b'{"a":[' * 50 + b"]}" * 50
    assert codec.encode(codec.decode(text)) == text


@pytest.mark.parametrize("text", [b"[" * 101 + b"]" * 101, b'{"a":' * 200 + b"1" + b"}" * 200, b"[" * 1_000_000])
def test_deeper_nesting_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid, match="nests deeper than 100 levels"):
        codec.decode(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1}}',
        b'{"a":1,}',
        b"{'a':1}",
        b"[01]",
        b"[1.]",
        b"[.5]",
        b"[+1]",
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b'["\x00"]',
        b'["\n"]',
        b'["\\x41"]',
        b"// nothing",
        b"<Patient/>",
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid, match="the body is not JSON"):
        codec.decode(text)


@pytest.mark.parametrize("octets", [b"\xff", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"])
def test_invalid_utf_8_is_refused(octets: bytes) -> None:
    with pytest.raises(Invalid, match="the body is not JSON"):
        codec.decode(b'{"a":"' + octets + b'"}')


@pytest.mark.parametrize("escape", [b"\\ud800", b"\\udc00", b"\\ud800\\u0041", b"\\ud83d x", b"\\ude00\\ud83d"])
def test_lone_surrogates_are_refused(escape: bytes) -> None:
    with pytest.raises(Invalid, match="the body is not JSON"):
        codec.decode(b'{"a":"' + escape + b'"}')


def test_a_surrogate_pair_is_one_character() -> None:
    assert codec.decode(b'["\\ud83d\\ude00"]') == ["😀"]


@pytest.mark.parametrize(
    "text", [b"[1e99999999999999999999999]", b"[1e-99999999999999999999999]", b"[" + b"9" * 9000 + b"]"]
)
def test_a_number_beyond_all_measure_is_refused(text: bytes) -> None:
    with pytest.raises(Invalid, match="out of range"):
        codec.decode(text)


@pytest.mark.parametrize("text", [b"[]", b"1", b'"Patient"', b"{}", b'{"resourceType":1}', b'{"resourceType":null}'])
def test_a_resource_is_an_object_that_names_its_type(text: bytes) -> None:
    with pytest.raises(Invalid, match="it has no resourceType"):
        codec.decode_resource(text)


def test_a_resource_keeps_the_order_of_its_elements() -> None:
    text = b'{"id":"1","resourceType":"Patient","active":true}'
    assert codec.encode(codec.decode_resource(text)) == text


def test_what_the_server_wrote_is_read_back() -> None:
    assert codec.stored(b'{"resourceType":"Basic","id":"1"}') == {"resourceType": "Basic", "id": "1"}


@given(_values)
def test_what_is_encoded_decodes_to_the_same(value: object) -> None:
    text = codec.encode(value)
    assert codec.encode(codec.decode(text)) == text


@given(_values)
def test_white_space_and_escapes_change_nothing(value: object) -> None:
    text = codec.encode(value)
    spaced = json.dumps(json.loads(text, parse_float=str), indent=1).replace('":', '" :').encode()
    assert codec.encode(codec.decode(spaced)) == codec.encode(json.loads(spaced))


@given(_values.filter(lambda value: isinstance(value, dict) and bool(value)), st.data())
def test_repeating_any_member_is_refused(value: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(value)))
    inner = codec.encode(value)[1:-1]
    with pytest.raises(Invalid, match="appears twice"):
        codec.decode(b'[{"x":{' + inner + b"," + json.dumps(name).encode() + b":0}}]")
