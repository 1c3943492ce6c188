"""``expand``: an id in an answer is replaced by its object, up to four levels deep."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.stripe.context import Context, listed
from sandbox.stripe.openapi import object_schema
from sandbox.stripe.store import Thing
from sandbox.stripe.wire.errors import invalid

DEEPEST = 4


def expand(ctx: Context, answer: Thing, paths: list[str]) -> Thing:
    """The answer with the named links followed.

    :raises ApiError: when a path leads nowhere.
    """
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST + (parts[0] == "data"):
            raise invalid(
                f"You cannot expand more than {DEEPEST} levels of a property: {path}", param="expand"
            )
        _follow(ctx, answer, parts, path)
    return answer


def _follow(ctx: Context, thing: Thing, parts: list[str], path: str) -> None:
    if not parts:
        return
    if thing.get("object") == "list":
        if parts[0] != "data":
            raise invalid(
                f"This property cannot be expanded ({path}). In a list, begin with data.", param="expand"
            )
        for inner in thing["data"]:
            _follow(ctx, inner, parts[1:], path)
        return
    name = parts[0]
    kind = str(thing.get("object", ""))
    if kind and name not in object_schema(kind).get("x-expandableFields", []):
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    if (kind, name) in PARTS:
        thing[name] = PARTS[kind, name](ctx, thing)
    elif isinstance(thing.get(name), str):
        thing[name] = _loaded(ctx, thing[name])
    for inner in thing[name] if isinstance(thing.get(name), list) else [thing.get(name)]:
        if isinstance(inner, dict):
            _follow(ctx, inner, parts[1:], path)


def _loaded(ctx: Context, given: str) -> Thing | str:
    rows = ctx.store.rows("select body from objects where id = ?", given)
    found: Thing | str = json.loads(rows[0]["body"]) if rows else given
    return found


def _line_items(ctx: Context, session: Thing) -> Thing:
    items: list[Thing] = ctx.store.private(session["id"])["line_items"]
    return listed(items, f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(ctx: Context, charge: Thing) -> Thing:
    found = ctx.store.where("refund", charge=charge["id"])
    return listed(found[:10], f"/v1/charges/{charge['id']}/refunds", more=len(found) > 10)


PARTS: dict[tuple[str, str], Callable[[Context, Thing], Any]] = {
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
}
