"""All parts are in the one style sheet and the one script of the pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.foundation.config import resource_dir
from portal.web.look.bundles import script, sheet

STATIC = resource_dir("static")
BEHAVIOURS = sorted((STATIC / "js" / "behaviours").glob("*.js"))


def test_the_sheet_begins_with_the_order_of_the_layers_and_ends_with_print() -> None:
    """Seen failing with the sheets in the order of their names: print was no longer last."""
    text = sheet(STATIC)
    assert text.startswith("@layer reset, tokens, base, layout, components, pages, print;")
    layers = re.findall(r"@layer ([a-z]+) \{", text)
    assert layers[-1] == "print"
    assert layers.index("components") < layers.index("pages")


def test_every_rule_of_every_sheet_is_in_it_but_those_of_the_style_guide() -> None:
    text = sheet(STATIC)
    for path in (STATIC / "css").rglob("*.css"):
        selectors = re.findall(r"^  (\.[a-z][\w-]+) \{", path.read_text(), re.MULTILINE)
        missing = [each for each in selectors if each not in text]
        assert bool(missing) is (path.stem == "styleguide"), path.name
    assert "/*" not in text


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
