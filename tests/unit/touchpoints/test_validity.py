"""Whatever comes from outside fits every kind's limits when it reaches the log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from portal.touchpoints.kinds import kinds
from portal.touchpoints.scrub import clean_text, scrubbed
from portal.touchpoints.validity import MAX_BYTES, checked, clean, size

NASTY = "a\ud800b\x00c\x1b[31m\u202ed\ufffe\r\n" + "é\U0001f600" * 5000


def nasty(schema: Mapping[str, Any]) -> Any:
    """The worst value of the declared type that a request can bring."""
    match schema["type"]:
        case "string":
            return schema["enum"][0] if "enum" in schema else NASTY
        case "array":
            return [nasty(schema["items"])] * 5000
        case "boolean":
            return True
        case _:
            return 2**63 - 1


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_property_of_every_kind_is_cleaned_at_the_door(name: str) -> None:
    """Seen failing for every kind without ``clean`` in ``checked``: "surrogates not allowed", "must be shorter than"."""
    kind = kinds()[name]
    props, wrong = checked(kind, {each: nasty(prop.schema) for each, prop in kind.props.items()})
    assert wrong is None
    assert set(props) == set(kind.props)
    text = json.dumps(props, ensure_ascii=False)
    assert len(text.encode()) <= MAX_BYTES
    assert not {"\x00", "\x1b", "\ud800", "\u202e"} & set(text)


def test_a_text_keeps_what_people_write() -> None:
    """Seen failing with every character above ASCII replaced."""
    assert clean_text("Größe 5\u2033 ½ ش\u200dی 色") == "Größe 5\u2033 ½ ش\u200dی 色"
    assert clean_text("a\x00b\nc\ud800") == "a b c\N{REPLACEMENT CHARACTER}"
    assert clean_text("abcdef", 3) == "abc"


def test_what_hides_between_digits_does_not_save_a_number() -> None:
    """Seen failing with the message cleaned only after it was scrubbed."""
    assert scrubbed("call 5185\u202a550\u202c142") == "call [number]"


def test_a_mistake_of_the_code_is_still_found() -> None:
    """A wrong type, a property that the kind does not have. Seen failing with unknown properties dropped."""
    kind = kinds()["order_completed"]
    assert checked(kind, {"lines": "three"})[1] is not None
    assert checked(kind, {"not_listed": 1})[1] is not None
    assert checked(kind, {"lines": {1}})[1] is not None
    assert size({"lines": {1}}) == 0
    assert clean(kind.props, {"lines": 3}) == {"lines": 3}
