"""What lines of an earlier order become today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from portal.catalog.prices.queries import orderable
from portal.orders.drafts.use_cases.lines import Item
from portal.orders.models.drafts import LeftOut
from portal.orders.reorder.queries.reorder import OrderedBefore, current_variants
from portal.orders.reorder.rules import (
    NO_PRICE,
    CurrentVariant,
    OrderedLine,
    ReorderLine,
    left_out,
    reorder_line,
)


@dataclass(frozen=True, slots=True)
class SortedOut:
    """What can be ordered again, and what cannot."""

    taken: list[Item] = field(default_factory=list)
    missing: list[LeftOut] = field(default_factory=list)


def _today(
    line: OrderedLine, quantity: int, current: Mapping[int, CurrentVariant], order: OrderedBefore
) -> ReorderLine | str:
    return reorder_line(line, quantity, current.get(line.variant_id or 0), order.number)


def sort_out(
    session: Session,
    order: OrderedBefore,
    chosen: Sequence[tuple[OrderedLine, int]],
    company_id: int,
    today: date,
) -> SortedOut:
    """Which of the chosen lines can be ordered again, as what, and why the others cannot. The same number of statements
    for any number of lines."""
    current = current_variants(session, [line.variant_id for line, _ in chosen], today)
    found = [(line, n, _today(line, n, current, order)) for line, n in chosen]
    wanted = [each.variant_id for _, _, each in found if isinstance(each, ReorderLine)]
    priced = orderable(session, company_id=company_id, variant_ids=wanted, on=today)
    result = SortedOut()
    for line, n, each in found:
        if isinstance(each, ReorderLine) and each.variant_id in priced:
            result.taken.append(Item(each.variant_id, each.quantity, each.colour_number, each.last_time))
        else:
            result.missing.append(left_out(line, n, each if isinstance(each, str) else NO_PRICE))
    return result
