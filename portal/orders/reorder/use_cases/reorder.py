"""Order again: from any order of the company, and from what it bought before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.catalog.colours.queries import ColourInfo, colours_by_number
from portal.catalog.prices.queries import prices
from portal.catalog.products.queries.variants import VariantInfo, variants
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.drafts.facts import ProductAdded, record_draft
from portal.orders.drafts.lines import PROBLEM_WORDS, Problem
from portal.orders.drafts.use_cases.drafts import current_draft, make_room, start_draft
from portal.orders.drafts.use_cases.lines import Wish, put
from portal.orders.models.drafts import Draft
from portal.orders.quantities import quantity_problem
from portal.orders.reorder.again import NO_PRICE, Again, Ordered, again, left_out
from portal.orders.reorder.facts import ReorderStarted
from portal.orders.reorder.queries.reorder import OrderedBefore, ordered_before, standing


@dataclass(frozen=True, slots=True)
class Reordered:
    """What became of a reorder."""

    draft: Draft
    taken: int
    left_out: int


def reorder(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    number: str,
    quantities: Mapping[int, int | None] | None,
    store_id: int | None,
    job_id: int | None = None,
    add_to_current: bool = False,
) -> Reordered:
    """Put lines of an order into the actor's draft: product, base, sheen and colour as they were.

    What can be ordered goes in with what it was last time beside it; what cannot is kept beside the draft with
    the reason. A current draft with lines is parked first, unless its owner chose to add to it. The number of
    statements is the same for 20 lines and for 200.

    :param today: the day whose prices hold, in the seller's calendar.
    :param quantities: line number → units; None takes all lines as they were.
    :raises NotFound: when the company has no such order.
    :raises Rejected: ``nothing_chosen``, or ``quantities`` with details {line number: sentence}.
    """
    order = ordered_before(session, actor, number)
    chosen = _chosen(order, quantities)
    taken, missing = _sort_out(session, order, chosen, actor.customer_id, today)
    if add_to_current:
        draft = current_draft(session, actor=actor, now=now, store_id=store_id, job_id=job_id)
        draft.left_out = [*draft.left_out, *missing]
    else:
        make_room(session, actor=actor, now=now)
        draft = start_draft(
            session,
            actor=actor,
            now=now,
            store_id=store_id,
            job_id=job_id,
            name=f"Reorder of {order.number}",
            source_order_id=order.id,
            left_out=missing,
        )
    put(session, draft, taken, now=now)
    changed = sum(1 for wish in taken if wish.last_time and wish.last_time.get("rounded_to"))
    record_draft(
        session,
        ReorderStarted(
            lines=len(taken), changed=changed, left_out=len(missing), number=order.number, source="order"
        ),
        actor=actor,
        now=now,
        draft=draft,
    )
    return Reordered(draft, len(taken), len(missing))


def _chosen(order: OrderedBefore, quantities: Mapping[int, int | None] | None) -> list[tuple[Ordered, int]]:
    if not order.lines:
        raise Rejected("nothing_to_reorder", "Nothing on this document can be ordered again.")
    if quantities is None:
        return [(line, line.quantity) for line in order.lines]
    problems = {
        number: problem for number, n in quantities.items() if (problem := quantity_problem(n, 1)) is not None
    }
    if problems:
        raise Rejected("quantities", "Some quantities need correcting.", details=problems)
    chosen = [(line, n) for line in order.lines if (n := quantities.get(line.line_no)) is not None]
    if not chosen:
        raise Rejected("nothing_chosen", "Tick at least one line to order again.")
    return chosen


def _sort_out(
    session: Session,
    order: OrderedBefore,
    chosen: Sequence[tuple[Ordered, int]],
    company_id: int,
    today: date,
) -> tuple[list[Wish], list[dict[str, Any]]]:
    stands = standing(session, [line.variant_id for line, _ in chosen], today)
    found = [(line, n, again(line, n, stands.get(line.variant_id or 0), order.number)) for line, n in chosen]
    wants = [(each.variant_id, each.quantity) for _, _, each in found if isinstance(each, Again)]
    priced = prices(session, company_id=company_id, wants=wants, on=today)
    taken: list[Wish] = []
    missing: list[dict[str, Any]] = []
    for line, n, each in found:
        if isinstance(each, str):
            missing.append(left_out(line, n, each))
        elif (each.variant_id, each.quantity) not in priced:
            missing.append(left_out(line, n, NO_PRICE))
        else:
            taken.append(Wish(each.variant_id, each.quantity, each.colour_number, each.last_time))
    return taken, missing


def add_bought(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    today: date,
    draft: Draft,
    quantities: Mapping[tuple[int, str], int | None],
) -> int:
    """Put several things that were bought before into the draft: (variant id, colour number or '') → units.

    All of them or none. Returns how many.

    :raises Rejected: ``nothing_chosen``, or ``quantities`` with details {(variant id, colour): sentence}.
    """
    if not quantities:
        raise Rejected("nothing_chosen", "Tick at least one product to add.")
    known = variants(session, (variant_id for variant_id, _ in quantities))
    wants = [(variant_id, n) for (variant_id, _), n in quantities.items() if n]
    priced = prices(session, company_id=draft.company_id, wants=wants, on=today)
    colours = colours_by_number(session, (colour for _, colour in quantities))
    problems: dict[tuple[int, str], str] = {}
    wishes: list[Wish] = []
    for (variant_id, colour), n in quantities.items():
        variant = known.get(variant_id)
        if variant is None:
            raise NotFound
        if variant.is_discontinued(today):
            problems[variant_id, colour] = PROBLEM_WORDS[Problem.NO_LONGER_MADE]
        elif problem := quantity_problem(n, variant.pack_size) or _colour_problem(variant, colour, colours):
            problems[variant_id, colour] = problem
        elif n is None or (variant_id, n) not in priced:
            problems[variant_id, colour] = NO_PRICE
        else:
            wishes.append(Wish(variant_id, n, colours[colour].number if colour else None))
    if problems:
        raise Rejected("quantities", "Nothing was added yet: some lines need correcting.", details=problems)
    put(session, draft, wishes, now=now)
    for wish in wishes:
        record_draft(
            session,
            ProductAdded(sku=known[wish.variant_id].sku, quantity=wish.quantity, source="bought_before"),
            actor=actor,
            now=now,
            draft=draft,
            variant_id=wish.variant_id,
        )
    return len(wishes)


def _colour_problem(variant: VariantInfo, colour: str, deck: Mapping[str, ColourInfo]) -> str | None:
    if not colour:
        return None
    if not variant.tintable:
        return "It cannot be tinted any more."
    return None if colour in deck else "Our deck does not have this colour any more."
