"""Stripe's form encoding: ``line_items[0][price_data][currency]=usd`` and ``expand[]=customer``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.wire.errors import invalid

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART = re.compile(r"\[([^\[\]]*)\]")
DEEPEST = 8


def pairs(text: str) -> list[tuple[str, str]]:
    """Names and values in their order; an empty value counts."""
    return parse_qsl(text, keep_blank_values=True, max_num_fields=2000)


def decode(flat: list[tuple[str, str]]) -> dict[str, Any]:
    """Nested dictionaries and lists.

    :raises ApiError: when a name is malformed or is used both as a value and as a group.
    """
    root: dict[str, Any] = {}
    for name, value in flat:
        _put(root, _parts(name), value, name)
    return {key: _lists(inner) for key, inner in root.items()}


def _parts(name: str) -> list[str]:
    matched = KEY.fullmatch(name)
    parts = [matched[1], *PART.findall(matched[2])] if matched else []
    if not 0 < len(parts) <= DEEPEST:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    return parts


def _put(node: dict[str, Any], parts: list[str], value: str, name: str) -> None:
    for part in parts[:-1]:
        node = node.setdefault(part or str(len(node)), {})
        if not isinstance(node, dict):
            raise invalid(f"Invalid parameter: {name} is used twice, with and without brackets", param=name)
    last = parts[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise invalid(f"Invalid parameter: {name} is used twice, with and without brackets", param=name)
    node[last] = value


def _lists(node: Any) -> Any:
    """Groups named 0, 1, 2 … are lists."""
    if not isinstance(node, dict):
        return node
    inner = {key: _lists(value) for key, value in node.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
