"""Colours by number, by name and by similar names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.catalog.colours.queries import colours_by_number, search_colours
from tests.builders import Build


def test_colours_by_number(build: Build, session: Session) -> None:
    build.colour("TC-0001", "Harbor Fog")
    found = colours_by_number(session, ["tc-0001", "TC-0001", None, "", "TC-9"])
    assert found.keys() == {"tc-0001", "TC-0001"}
    assert found["tc-0001"].name == "Harbor Fog"
    assert colours_by_number(session, [None]) == {}


def test_colours_by_number_name_and_nearly_so(build: Build, session: Session) -> None:
    build.colour("AM-1101", "Harbor Fog")
    build.colour("AM-1102", "Fog Bell")
    build.colour("AM-2101", "Signal Red")

    def found(words: str) -> list[str]:
        return [each.number for each in search_colours(session, words=words)]

    assert found("am1101") == ["AM-1101"]
    assert found("110") == ["AM-1101", "AM-1102"]
    assert found("fog") == ["AM-1102", "AM-1101"]
    assert found("harbr fog")[0] == "AM-1101"
    assert found("signl") == ["AM-2101"]
    assert found("%") == found("") == []
