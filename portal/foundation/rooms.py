"""The nouns' rooms: what lies in them is found, not listed.

A domain is a package below ``portal``, a noun a package below its domain, and a kind (``views``, ``models``, ``jobs``…)
a module or a package in a noun's room or on the domain's ground floor.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def modules(*kinds: str) -> list[ModuleType]:
    """Import every module of ``kinds`` in all domains.

    :returns: the modules, in the order of their names, whatever the file system's order.
    """
    return [importlib.import_module(name) for name in sorted(set().union(*map(_names, kinds)))]


def _names(kind: str) -> set[str]:
    found = {*ROOT.glob(f"*/{kind}.py"), *ROOT.glob(f"*/*/{kind}.py")}
    found |= {*ROOT.glob(f"*/{kind}/[!_]*.py"), *ROOT.glob(f"*/*/{kind}/[!_]*.py")}
    inside = {path.relative_to(ROOT).with_suffix("").parts for path in found}
    return {".".join(("portal", *parts)) for parts in inside if parts[0] != "foundation"}
