"""Lists, newest first, a page at a time: ``limit``, ``starting_after``, ``ending_before``, ``created``."""

from __future__ import annotations

import json
from typing import Any

from sandbox.stripe.context import Context, listed
from sandbox.stripe.store import Thing
from sandbox.stripe.wire.errors import invalid, missing

COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
BETWEEN = ("expand", "limit", "starting_after", "ending_before", "created")


def page(ctx: Context, kind: str, params: Thing, url: str, **fixed: Any) -> Thing:
    """One page of the objects of a kind; parameters with a field's name select by it."""
    conditions, values = ["kind = ?"], [kind]
    wanted = {name: value for name, value in params.items() if name not in BETWEEN}
    for name, value in {**wanted, **fixed}.items():
        conditions.append(f"json_extract(body, '$.{name}') = ?")
        values.append(value)
    _created(params.get("created"), conditions, values)
    return _slice(ctx, params, url, conditions, values)


def _created(given: Any, conditions: list[str], values: list[Any]) -> None:
    if isinstance(given, int):
        given = {"gte": given, "lte": given}
    for name, limit in (given or {}).items():
        conditions.append(f"json_extract(body, '$.created') {COMPARISONS[name]} ?")
        values.append(limit)


def _slice(ctx: Context, params: Thing, url: str, conditions: list[str], values: list[Any]) -> Thing:
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("This value must be from 1 to 100.", param="limit", code="parameter_invalid_integer")
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("Give starting_after or ending_before, not both.", param="ending_before")
    direction = "asc" if before else "desc"
    if after or before:
        conditions.append(f"seq {'<' if after else '>'} ?")
        values.append(_place(ctx, after or before, "starting_after" if after else "ending_before"))
    rows = ctx.store.rows(
        f"select body from objects where {' and '.join(conditions)} order by seq {direction} limit ?",
        *values,
        limit + 1,
    )
    found = [json.loads(row["body"]) for row in rows[:limit]]
    return listed(found[::-1] if before else found, url, more=len(rows) > limit)


def _place(ctx: Context, given: Any, param: str) -> int:
    rows = ctx.store.rows("select seq from objects where id = ?", given)
    if not rows:
        raise missing("object", given, param)
    return int(rows[0]["seq"])
