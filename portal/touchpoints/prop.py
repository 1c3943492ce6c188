"""The few types that properties of touchpoints have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Prop:
    """One property: its JSON Schema and what it says."""

    schema: Mapping[str, Any]
    meaning: str

    @property
    def type_name(self) -> str:
        """The type in a word, for the documentation."""
        if "enum" in self.schema:
            return "one of " + ", ".join(str(v) for v in self.schema["enum"])
        kind = self.schema["type"]
        return "list of " + str(self.schema["items"]["type"]) if kind == "array" else str(kind)


def count(meaning: str) -> Prop:
    """A whole number, zero or more."""
    return Prop({"type": "integer", "minimum": 0}, meaning)


def number(meaning: str) -> Prop:
    """A whole number of either sign: ids, differences."""
    return Prop({"type": "integer"}, meaning)


def word(meaning: str, length: int = 80) -> Prop:
    """A short machine word or number of ours (codes, SKUs, states): never what a person typed freely."""
    return Prop({"type": "string", "maxLength": length}, meaning)


def flag(meaning: str) -> Prop:
    """Yes or no."""
    return Prop({"type": "boolean"}, meaning)


def words(meaning: str) -> Prop:
    """A list of short words."""
    return Prop({"type": "array", "items": {"type": "string", "maxLength": 80}, "maxItems": 100}, meaning)


def numbers(meaning: str) -> Prop:
    """A list of whole numbers (ids)."""
    return Prop({"type": "array", "items": {"type": "integer"}, "maxItems": 500}, meaning)


def choice(meaning: str, *values: str) -> Prop:
    """One of a few words."""
    return Prop({"type": "string", "enum": list(values)}, meaning)
