"""``python -m tests.rules.shrink``: take out of ``exceptions.toml`` what no longer occurs. It never adds a line."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from tests.rules.ratchet import FILE, RULES, WHY, Found, exceptions

HEADER = """\
# Exceptions to the rules in tests/rules, by rule and by path; see tests/rules/ratchet.py.
# The list may only get shorter: python -m tests.rules.shrink takes out what no longer occurs.
"""


def load() -> None:
    """Import every rule."""
    here = Path(__file__).parent
    for path in sorted(here.rglob("test_*.py")):
        if "hold(" in path.read_text():
            importlib.import_module(".".join(("tests.rules", *path.relative_to(here).with_suffix("").parts)))


def shrunk(found: Found, listed: dict[str, str | int]) -> dict[str, str | int]:
    """The list without what is gone, and with lower numbers where there is less of it."""
    kept: dict[str, str | int] = {}
    for key, value in listed.items():
        if key == WHY:
            kept[key] = value
        elif count := found.get(key, 0):
            kept[key] = min(value, count) if isinstance(value, int) else value
    return kept if set(kept) - {WHY} else {}


def written(lists: dict[str, dict[str, str | int]]) -> str:
    """The lists as TOML."""
    blocks = [HEADER]
    for name, listed in sorted(lists.items()):
        if listed:
            lines = (
                f"{json.dumps(k, ensure_ascii=False)} = {json.dumps(v, ensure_ascii=False)}"
                for k, v in sorted(listed.items())
            )
            blocks.append("\n".join([f"[{name}]", *lines]) + "\n")
    return "\n".join(blocks)


def main() -> None:
    """Rewrite the file."""
    load()
    FILE.write_text(
        written({name: shrunk(RULES[name].find(), listed) for name, listed in exceptions().items()})
    )


if __name__ == "__main__":
    main()
