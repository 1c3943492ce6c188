"""The lines of a draft as changing their colors reads, merges and writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from portal.catalog.models import Product, Variant
from portal.orders.drafts.use_cases.lines import remove_lines
from portal.orders.drafts.work import Work
from portal.orders.models.drafts import DraftLine, LastTime

# With their old ids, so that the ids on a page that is open in a browser stay valid.
PUT_BACK = text("""
insert into draft_line (id, draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
select w.id, :draft, :company, w.position, w.variant_id, w.quantity, w.colour_number, w.last_time
  from unnest(cast(:ids as bigint[]), cast(:positions as int[]), cast(:variants as bigint[]),
              cast(:quantities as int[]), cast(:colours as text[]), cast(cast(:last_times as text[]) as jsonb[]))
       as w(id, position, variant_id, quantity, colour_number, last_time)
""")

Target = tuple[int, str | None]  # variant and color: what makes a line


@dataclass(frozen=True, slots=True)
class TintRow:
    """A line of the draft as it is before."""

    id: int
    position: int
    variant_id: int
    quantity: int
    colour_number: str | None
    last_time: LastTime | None
    sku: str
    tintable: bool


def read_rows(work: Work) -> list[TintRow]:
    """All lines of the draft, in their order."""
    rows = work.session.execute(
        select(
            DraftLine.id,
            DraftLine.position,
            DraftLine.variant_id,
            DraftLine.quantity,
            DraftLine.colour_number,
            DraftLine.last_time,
            Variant.sku,
            Product.tintable,
        )
        .join(Variant, Variant.id == DraftLine.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .where(DraftLine.draft_id == work.draft.id)
        .order_by(DraftLine.position, DraftLine.id)
    )
    return [TintRow(*row) for row in rows]


def merged_rows(rows: Sequence[TintRow], wanted: Mapping[int, str | None]) -> dict[Target, list[TintRow]]:
    """The lines by what they are afterwards, each group in the order of the draft."""
    groups: dict[Target, list[TintRow]] = {}
    for row in rows:
        groups.setdefault((row.variant_id, wanted.get(row.id, row.colour_number)), []).append(row)
    return groups


def write_rows(work: Work, changed: set[int], merged: Mapping[Target, list[TintRow]]) -> None:
    """Delete the groups that a changed line belongs to, and insert one line for each.

    An update would not do: two lines that swap their colors would be equal for a moment, which the index forbids.
    """
    touched = {key: rows for key, rows in merged.items() if any(row.id in changed for row in rows)}
    if not touched:
        return
    remove_lines(work, [row.id for rows in touched.values() for row in rows])
    ids = {"draft": work.draft.id, "company": work.draft.company_id}
    work.session.execute(PUT_BACK, {**ids, **_columns(touched)})


def _columns(touched: Mapping[Target, list[TintRow]]) -> dict[str, object]:
    """One line for each group: the id and the place of its first, the units of all."""
    groups = list(touched.values())
    last_times = [next((row.last_time for row in rows if row.last_time), None) for rows in groups]
    return {
        "ids": [rows[0].id for rows in groups],
        "positions": [rows[0].position for rows in groups],
        "variants": [variant_id for variant_id, _ in touched],
        "quantities": [sum(row.quantity for row in rows) for rows in groups],
        "colours": [colour for _, colour in touched],
        "last_times": [json.dumps(each) if each else None for each in last_times],
    }
