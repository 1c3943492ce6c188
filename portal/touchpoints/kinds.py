"""The catalogue: every name that a touchpoint may have, collected from the nouns' ``facts.py``.

docs/touchpoints.md is generated from it and tested against it. Names are in the past tense, in the terms that commerce
analytics have settled on, in snake_case.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from portal.foundation import rooms
from portal.touchpoints.kind import REGISTERED, Kind, Touch
from portal.touchpoints.vocabulary import STAGES

# The catalogue's sections in the documentation, by stage of the customer's journey.
SECTIONS = {
    "Browse": ("discover", "evaluate"),
    "Select": ("select",),
    "Purchase": ("purchase",),
    "Fulfil": ("fulfil",),
    "Pay": ("pay",),
    "Support": ("support",),
    "Feedback": ("renew", "feedback"),
    "Account": ("admin",),
    "Samples": ("use",),
}


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in the order of stages and names."""
    rooms.modules("facts")
    found = (touch.kind for touch in REGISTERED.values())
    return {kind.name: kind for kind in sorted(found, key=lambda k: (STAGES.index(k.stage), k.name))}


@cache
def fact_names() -> frozenset[str]:
    """Names of the kinds that are written in the transaction of the change they record."""
    return frozenset(name for name, kind in kinds().items() if kind.fact)


def section(title: str) -> list[Kind]:
    """The kinds of a section of the documentation."""
    return [kind for kind in kinds().values() if kind.stage in SECTIONS[title]]


def touch_of(name: str, props: Mapping[str, Any] | None = None) -> Touch:
    """A touchpoint by the name of its kind, where only the name is known (a table of states, a browser's sample).

    :raises ValueError: when the catalogue knows no such name or property.
    """
    kinds()
    if name not in REGISTERED:
        raise ValueError(f"no touchpoint is called {name!r}; the names are in the facts.py of the nouns")
    try:
        return REGISTERED[name](**(props or {}))
    except TypeError as error:
        raise ValueError(f"{name}: {error}") from error
