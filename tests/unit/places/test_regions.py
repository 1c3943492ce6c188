"""Regions and countries are codes, however they are written."""

from __future__ import annotations

import pytest

from portal.places.countries import country_code
from portal.places.regions import UnknownRegion, any_region, checked_region, region_code, region_name
from portal.places.tables import COUNTRIES, COUNTRY_WORDS


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("IL", "US", "IL"),
        ("Illinois", "US", "IL"),
        ("illinois", "US", "IL"),
        ("ILLINOIS ", "US", "IL"),
        ("Ill.", "US", "IL"),
        (" il\u00a0", "US", "IL"),
        ("\uff29\uff2c", "US", "IL"),
        ("\uff29\uff4c\uff4c\uff49\uff4e\uff4f\uff49\uff53", "US", "IL"),
        ("I.L.", "US", "IL"),
        ("US-IL", "US", "IL"),
        ("IL, USA", "US", "IL"),
        ("State of Illinois", "US", "IL"),
        ("N.Y.", "US", "NY"),
        ("New  York", "US", "NY"),
        ("Washington", "US", "WA"),
        ("Washington, D.C.", "US", "DC"),
        ("W. Va.", "US", "WV"),
        ("Puerto Rico", "US", "PR"),
        ("ca", "US", "CA"),
        ("ontario", "CA", "ON"),
        ("Qu\u00e9bec", "CA", "QC"),
        ("Que\u0301bec", "CA", "QC"),
        ("P.E.I.", "CA", "PE"),
        ("CA-BC", "CA", "BC"),
        ("New South Wales", "AU", "NSW"),
        ("N.S.W.", "AU", "NSW"),
        ("Vic.", "AU", "VIC"),
        ("by", "DE", "BY"),
        (" Freistaat   Bayern ", "DE", "Freistaat Bayern"),
        ("\u6771\u4eac\u90fd", "JP", "\u6771\u4eac\u90fd"),
        ("", "US", ""),
        (" . ", "US", ""),
    ],
)
def test_a_region_is_its_code(typed: str, country: str, code: str) -> None:
    """Seen failing with regions compared letter by letter: "Illinois" was no tax."""
    assert region_code(typed, country) == code


@pytest.mark.parametrize(
    ("typed", "country", "words"),
    [
        ("Ilinois", "US", "no state is called Ilinois; did you mean IL (Illinois)?"),
        ("Ontario", "US", "no state is called Ontario; use its code, for example AL"),
        ("XX", "US", "no state is called XX; use its code, for example AL"),
        ("\u6771\u4eac", "US", "no state is called \u6771\u4eac; use its code, for example AL"),
        ("Ontaria", "CA", "no province is called Ontaria; did you mean ON (Ontario)?"),
        ("Victoira", "AU", "no state is called Victoira; did you mean VIC (Victoria)?"),
    ],
)
def test_what_is_no_region_is_refused_with_what_was_meant(typed: str, country: str, words: str) -> None:
    with pytest.raises(UnknownRegion) as refused:
        region_code(typed, country)
    assert str(refused.value) == words


def test_a_region_without_its_country() -> None:
    assert [any_region(each) for each in ("Ill.", "ON", "n.s.w.", "Bayern", "xx", "")] == [
        "IL",
        "ON",
        "NSW",
        "Bayern",
        "XX",
        "",
    ]
    assert [checked_region(each) for each in ("Illinois", "Hessen", "Kent", "XX")] == [
        "IL",
        "Hessen",
        "Kent",
        "XX",
    ]
    with pytest.raises(UnknownRegion, match="IL"):
        checked_region("Ilinois")
    assert (region_name("IL"), region_name("Bayern")) == ("Illinois", "Bayern")


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_code_and_name_of_a_table_is_found_and_nothing_means_two(country: str) -> None:
    word_of: dict[str, str] = {}
    for row in filter(None, COUNTRIES[country][1].split("\n")):
        code, *words = row.split("|")
        for word in (code, *words):
            assert region_code(word, country) == code
            assert word_of.setdefault(word.lower(), code) == code, word


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("US", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("United States", "US"),
        ("united states of america", "US"),
        ("\uff35\uff33", "US"),
        ("Canada", "CA"),
        ("\u00d6sterreich", "AT"),
        ("de", "DE"),
        ("Atlantis", None),
        ("U1", None),
        ("", None),
    ],
)
def test_a_country_is_its_two_letters(typed: str, code: str | None) -> None:
    assert country_code(typed) == code
    assert all(country_code(each) == each for each in COUNTRY_WORDS)
