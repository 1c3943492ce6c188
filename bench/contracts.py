"""What the import contracts of pyproject.toml say of the order of packages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache

from tests.rules.reading.source import ROOT

PAGES = re.compile(r"portal\.\w+\.\w+\.(views|staff_views|page)\b")


@cache
def _layered() -> tuple[dict[str, object], ...]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return tuple(each for each in contracts if each["type"] == "layers" and each.get("exhaustive"))


@cache
def _ranks() -> dict[str, dict[str, int]]:
    """How high each package of a container stands; those of one layer stand equally high."""
    return {
        container: {
            name.strip(): -depth
            for depth, layer in enumerate(contract["layers"])  # type: ignore[arg-type]
            for name in re.split(r"[:|]", layer)
        }
        for contract in _layered()
        for container in contract["containers"]  # type: ignore[attr-defined]
    }


def _pattern(expression: str) -> str:
    parts = (
        r".+" if part == "**" else r"[^.]+" if part == "*" else re.escape(part)
        for part in expression.split(".")
    )
    return r"\.".join(parts)


@cache
def _ignored() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    lines: Iterator[str] = (line for contract in _layered() for line in contract.get("ignore_imports", ()))  # type: ignore[attr-defined]
    pairs = (line.split(" -> ") for line in lines)
    return tuple((re.compile(_pattern(source)), re.compile(_pattern(target))) for source, target in pairs)


def is_exempt(importer: str, imported: str) -> bool:
    """Whether an import is a page's, or one that a contract lists as an exception."""
    listed = (a.fullmatch(importer) and b.fullmatch(imported) for a, b in _ignored())
    return bool(PAGES.match(importer)) or any(listed)


def leads_up(importer: str, imported: str) -> bool:
    """Whether an import leads to a layer above, of the domains or of the nouns of one domain."""
    for container, ranks in _ranks().items():
        inside = [name.removeprefix(f"{container}.").partition(".")[0] for name in (importer, imported)]
        if all(name.startswith(f"{container}.") for name in (importer, imported)):
            below, above = (ranks.get(name, 0) for name in inside)
            if inside[0] != inside[1] and below < above:
                return True
    return False
