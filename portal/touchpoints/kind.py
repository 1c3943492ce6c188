"""What a kind of touchpoint is, and the few types that its properties have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STAGES = (
    "discover",
    "evaluate",
    "select",
    "purchase",
    "fulfil",
    "pay",
    "use",
    "support",
    "renew",
    "feedback",
    "admin",
)
TASKS = ("find", "reorder", "order", "track", "pay", "return", "get_help", "administer")
CHANNELS = (
    "web",
    "mobile_app",
    "rep_visit",
    "rep_remote",
    "call_center",
    "store_counter",
    "email",
    "sms",
    "edi",
    "punchout",
    "chat",
    "import",
)
OUTCOMES = (
    "ok",
    "validation_error",
    "not_found",
    "out_of_stock",
    "credit_hold",
    "payment_declined",
    "denied",
    "conflict",
    "timeout",
    "system_error",
    "abandoned",
)
SOURCES = ("portal_server", "portal_client", "pos", "call_center", "edi", "erp", "import")
# Kind of actor in the portal → role in the log.
ROLES = {
    "customer": "customer_user",
    "rep": "sales_rep",
    "support": "support_agent",
    "store": "store_staff",
    "admin": "administrator",
    "system": "system",
    "api": "api_client",
    "anonymous": "anonymous",
}
# Kind of actor in the portal → the channel of what they do on its pages; everybody else uses the web.
CHANNEL_OF = {"rep": "rep_remote", "support": "call_center", "store": "store_counter"}


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


@dataclass(frozen=True)
class Kind:
    """One name of the catalogue.

    ``fact``: written in the transaction of the change, under an id made of its key, so it can neither be lost
    nor doubled. Otherwise a view: written after the response. ``says`` is what people read in a timeline.
    ``version`` is the SchemaVer (model-revision-addition) of the properties.
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

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of ``props``: nothing but what is listed, and each of it may be missing or null."""
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _nullable(prop.schema) for name, prop in self.props.items()},
        }


def _nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    loose = {**schema, "type": [schema["type"], "null"]}
    if "enum" in loose:
        loose["enum"] = [*loose["enum"], None]
    return loose
