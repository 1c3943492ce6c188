"""The dark theme is listed twice in CSS, for those who chose it and for those whose system is dark."""

from __future__ import annotations

import re
from pathlib import Path

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
CHOSEN = '[data-theme="dark"] {'
BY_SYSTEM = ":root:not([data-theme]) {"


def declarations(css: str, selector: str) -> dict[str, str]:
    """The properties of the one block with this selector."""
    assert css.count(selector) == 1, selector
    block = css.split(selector)[1].split("}")[0]
    return dict(re.findall(r"([\w-]+):\s*([^;]+);", block))


def test_both_dark_lists_are_the_same() -> None:
    """``light-dark()`` would need one list, but browsers from before 2024 lack it. Seen failing with --link changed
    in one of them, and with --veil left out of one."""
    css = TOKENS.read_text()
    chosen = declarations(css, CHOSEN)
    assert len(chosen) > 40
    assert declarations(css, BY_SYSTEM) == chosen
