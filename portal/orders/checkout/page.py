"""What a draft would be as an order, for whoever looks at it before it is one: who places it, and who approves it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal.billing.terms.queries import credit_and_terms
from portal.orders.checkout import shown as showing
from portal.orders.checkout.day_words import spoken_day
from portal.orders.checkout.queries.promises import queues, ready_time
from portal.orders.checkout.terms import po_of, po_problem
from portal.orders.checkout.use_cases.placeable import terms_of
from portal.orders.drafts.lines import tax_of, tint_quantity, total_of
from portal.orders.drafts.queries import DraftHead, add_tax, stocked_lines
from portal.orders.promise import clock_words
from portal.stores.hours.queries import schedules
from portal.web.sessions import actor
from portal.web.transaction import db, now, today


def review_facts(head: DraftHead) -> dict[str, Any]:
    """What the templates of the review show: lines with prices, stock and tax, totals, pickup, credit, and
    ``shown``, which says what was shown. The same number of statements for any number of lines."""
    draft, company, store = head.draft, head.company, head.store
    lines = stocked_lines(
        db(), company_id=company.id, draft_id=head.id, today=today(), store_id=draft.store_id
    )
    credit, terms = credit_and_terms(db(), company)
    taxed = add_tax(db(), head, lines, today=today())
    po_number = po_of(company.po_mode, draft.po_number, head.job.po_number if head.job else None)
    return {
        "head": head,
        "lines": lines,
        "net_minor": total_of(lines),
        "tax_minor": tax_of(lines),
        "taxed": taxed,
        "may_exempt": actor().can("payments:administer"),
        "total_minor": total_of(lines) + tax_of(lines),
        "currency": company.currency,
        "credit": credit,
        "terms_words": terms.words,
        "po_number": po_number,
        "po_problem": po_problem(company.po_mode, po_number, head.job is not None),
        "blocked": [line for line in lines if line.problem],
        "short": [line for line in lines if line.is_short],
        "ready": _ready(head, tint_quantity(lines)),
        "zone": store.time_zone if store else None,
        "shown": showing.encode(terms_of(head), lines),
        "clock_words": clock_words,
        "day_words": lambda moment, starts=False: spoken_day(
            moment, store.time_zone if store else "UTC", now(), starts
        ),
    }


def _ready(head: DraftHead, to_tint: int) -> datetime | None:
    store = head.store
    if store is None or head.draft.fulfilment != "pickup":
        return None
    schedule, queue = schedules(db(), [store.id])[store.id], queues(db(), [store.id])[store.id]
    return ready_time(store, schedule, queue, now=now(), to_tint=to_tint)
