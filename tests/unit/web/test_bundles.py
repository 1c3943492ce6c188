"""All parts are in the one style sheet and the one script of the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.foundation.config import resource_dir
from portal.web.look.bundles import SHEETS, bundle, script

STATIC = resource_dir("static")
BEHAVIOURS = sorted((STATIC / "js" / "behaviours").glob("*.js"))


def test_the_sheet_begins_with_the_order_of_the_layers_and_ends_with_the_page_s_own() -> None:
    """Seen failing with the sheets in the order of their names."""
    made = bundle("portal+orders.css", STATIC)
    assert made
    kind, text = made
    assert kind == "text/css"
    assert text.startswith("@layer reset, tokens, base, layout, components, pages, print;")
    own = (STATIC / "css" / "orders.css").read_text().splitlines()[-2].strip()
    assert text.index("@layer components") < text.index("@layer print") < text.rindex(own)
    assert "/*" not in text


def test_every_sheet_is_one_of_all_pages_or_named_by_one() -> None:
    """Seen failing with a sheet that nobody named any longer."""
    known = {
        path.relative_to(STATIC / "css").with_suffix("").as_posix()
        for path in (STATIC / "css").rglob("*.css")
    }
    named = set()
    for path in resource_dir("templates").rglob("*.html"):
        for names in re.findall(r'\{% set sheets = "([a-z+]+)" %\}', path.read_text()):
            named |= set(names.split("+"))
    assert known - set(SHEETS) - {"styleguide"} == named


@pytest.mark.parametrize(
    "name", ["portal+nobody.css", "portal+..+x.css", "portal.css.map", "other.css", "portal+.css"]
)
def test_nothing_else_is_a_bundle(name: str) -> None:
    assert bundle(name, STATIC) is None


@pytest.mark.parametrize("path", BEHAVIOURS, ids=lambda path: path.stem)
def test_every_behaviour_is_in_the_script_with_what_it_exports(path: Path) -> None:
    """Seen failing with a regular expression that took ``export function`` for constants alone."""
    exported = re.findall(r"^export .*?(\w+)(?: =|\()", path.read_text(), re.MULTILINE)
    assert set(exported) <= {"selector", "connect", "start"}
    assert exported
    text = script(STATIC)
    after = text[text.index(path.read_text().splitlines()[0]) :]
    returned = re.search(r"return \{ ([\w, ]+) \};\n\}\)\(\)\); \}", after)
    assert returned
    assert returned[1].split(", ") == exported


def test_the_script_imports_and_exports_nothing() -> None:
    ours = script(STATIC).partition('"use strict";')[2]
    assert not re.search(r"^\s*(import|export)\b", ours, re.MULTILINE)
