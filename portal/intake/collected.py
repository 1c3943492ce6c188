"""All files that can be imported, and all that their rows may refer to: what the nouns declare."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from portal.foundation import rooms
from portal.intake.lookups import References
from portal.intake.spec import Pair, Spec
from portal.intake.tables import Column


def in_order(specs: Iterable[Spec | Pair]) -> tuple[Spec | Pair, ...]:
    """Files in the order in which they are read.

    :raises ValueError: when two have the same name or the same place.
    """
    files: dict[str, Spec | Pair] = {}
    places: dict[int, Spec | Pair] = {}
    for spec in specs:
        for name in spec.files:
            if name in files:
                raise ValueError(f"Two files are called {name}; give one of them another name.")
            files[name] = spec
        if spec.order in places:
            other = places[spec.order].file
            raise ValueError(f"{other} and {spec.file} have the same place {spec.order}; give one another.")
        places[spec.order] = spec
    return tuple(places[order] for order in sorted(places))


@cache
def all_specs() -> tuple[Spec | Pair, ...]:
    """Every file that a ``files.py`` declares, in the order of docs/data-formats.md.

    :raises ValueError: when two have the same name or the same place.
    """
    return in_order(spec for module in rooms.modules("files") for spec in module.SPECS)


@cache
def columns_by_file() -> dict[str, tuple[Column, ...]]:
    """The columns of every file, in the order of docs/data-formats.md."""
    return {name: columns for spec in all_specs() for name, columns in spec.files.items()}


def references() -> References:
    """Nothing read yet, of everything that a ``files.py`` lets others refer to.

    :raises ValueError: when two lookups have the same name.
    """
    declared = (getattr(module, "LOOKUPS", ()) for module in rooms.modules("files"))
    return References(lookup for lookups in declared for lookup in lookups)
