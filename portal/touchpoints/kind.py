"""What a kind of touchpoint is, and the few types that its properties have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, TypeVar

from portal.touchpoints.prop import Prop
from portal.touchpoints.properties import PROPS

# Properties by name, as JSON: what a kind takes is declared by its class and checked by its schema.
Props = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One name of the catalogue.

    ``fact``: written in the transaction of the change, under an id made of its key, so it can neither be lost
    nor doubled. Otherwise a view: written after the response. ``says`` is what people read in a timeline.
    ``version`` is the SchemaVer (model-revision-addition) of the properties.

    :ivar icon: in a timeline; empty for that of its stage.
    :ivar detail: which details a timeline adds to ``says`` (:mod:`portal.desk.activity.story`).
    :ivar told: a company reads it in its own account's activity.
    :ivar actions: what a timeline says instead of ``says``, by the property ``action``.
    """

    name: str
    stage: str
    fact: bool
    says: str
    meaning: str
    task: str | None = None
    props: Mapping[str, Prop] = field(default_factory=dict)
    sample: bool = False
    version: str = "1-0-0"
    icon: str = ""
    tone: str = "neutral"
    detail: str = ""
    told: bool = True
    actions: Mapping[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema of ``props``: nothing but what is listed, and each of it may be missing or null."""
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _nullable(prop.schema) for name, prop in self.props.items()},
        }


def _nullable(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    loose = {**schema, "type": [schema["type"], "null"]}
    if "enum" in loose:
        loose["enum"] = [*loose["enum"], None]
    return loose


@dataclass(frozen=True, slots=True)
class Touch:
    """What one touchpoint says. Each kind is a dataclass in its noun's ``facts.py``; its fields are its properties, each
    described in :mod:`portal.touchpoints.properties`."""

    kind: ClassVar[Kind]

    @property
    def props(self) -> Props:
        """The properties that are known."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Change:
    """What an act changed: values before and after, by name. Codes and numbers of ours, never what a person typed."""

    before: Mapping[str, object]
    after: Mapping[str, object]

    @property
    def names(self) -> list[str]:
        """What is different, in the order of ``after``."""
        return [name for name, value in self.after.items() if self.before.get(name) != value]

    @property
    def was(self) -> list[str]:
        """The property ``before`` of a touchpoint."""
        return [f"{name}={_word(self.before.get(name))}" for name in self.names]

    @property
    def becomes(self) -> list[str]:
        """The property ``after`` of a touchpoint."""
        return [f"{name}={_word(self.after[name])}" for name in self.names]


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


T = TypeVar("T", bound=Touch)
# Every kind by name, filled while the nouns' facts.py are imported: see portal/touchpoints/kinds.py.
REGISTERED: dict[str, type[Touch]] = {}


def fact(name: str, **more: Any) -> Callable[[type[T]], type[T]]:
    """Declare a kind that is written in the transaction of the change; ``more`` as in :class:`Kind`.

    :raises ValueError: when the name is taken.
    """
    return _kind(name, fact=True, **more)


def view(name: str, **more: Any) -> Callable[[type[T]], type[T]]:
    """Declare a kind that is written after the response that showed it; ``more`` as in :class:`Kind`."""
    return _kind(name, fact=False, **more)


def sample(name: str, **more: Any) -> Callable[[type[T]], type[T]]:
    """Declare a kind that a browser reports; ``more`` as in :class:`Kind`."""
    return _kind(name, fact=False, sample=True, **more)


def _kind(name: str, **more: Any) -> Callable[[type[T]], type[T]]:
    def put(touch: type[T]) -> type[T]:
        if name in REGISTERED:
            raise ValueError(f"Two kinds of touchpoint are called {name}; give one of them another name.")
        props = {each.name: PROPS[each.name] for each in fields(touch)}
        touch.kind = Kind(name=name, props=props, **more)
        REGISTERED[name] = touch
        return touch

    return put
