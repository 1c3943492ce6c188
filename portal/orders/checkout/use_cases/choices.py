"""Choosing how an order is collected or delivered, and under which PO number and job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.accounts.models import Address, CompanyJob
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound, Rejected
from portal.orders.checkout.facts import CheckoutStarted, CheckoutStepCompleted
from portal.orders.checkout.queries.promises import queues, ready_time
from portal.orders.checkout.terms import delivery_problem, po_of, po_problem
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import record_draft
from portal.orders.drafts.lines import Line, tint_quantity
from portal.orders.drafts.queries import DraftHead, own_head, stocked_lines
from portal.orders.drafts.use_cases.lines import CHANGE
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.quantities import round_down
from portal.stores.hours.queries import schedules
from portal.stores.models import Store
from portal.stores.store.facts import PickupStoreSelected
from portal.stores.windows.queries import open_windows

WINDOW_DAYS = 8


@dataclass(frozen=True)
class Choice:
    """What a person chose on the pickup step."""

    fulfilment: str  # pickup, delivery
    store_id: int | None = None
    window_start: datetime | None = None  # None: as soon as it is ready
    pickup_person: str = ""
    pickup_phone: str = ""
    address_id: int | None = None
    delivery_date: date | None = None
    po_number: str = ""
    job_id: int | None = None
    note: str = ""
    when_short: str = ""  # backorder, reduce; "" where nothing is short


def choose(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, choice: Choice
) -> DraftHead:
    """Store the choice in the draft. Everything that is wrong with it is said at once.

    :param today: the day whose prices hold, in the seller's calendar.
    :raises Rejected: ``checkout`` with details {field: sentence}; ``empty``.
    """
    head = own_head(session, actor, draft_id, lock=True)
    draft = head.draft
    if draft.state not in OPEN_DRAFTS:
        raise NotFound
    store = _store(session, choice.store_id)
    store_id = store.id if store else None
    lines = stocked_lines(
        session, company_id=draft.company_id, draft_id=draft.id, today=today, store_id=store_id
    )
    if not lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    problems: dict[str, str] = {}
    if store is None:
        problems["store_id"] = "Choose a store."
    job = _job(session, head, choice, problems)
    _check_short(lines, choice, problems)
    before = draft.store_id
    draft.window_start = draft.window_end = None
    if store is not None and choice.fulfilment == "pickup":
        _take_window(session, draft, store, lines, choice, now, problems)
    elif store is not None:
        _take_delivery(session, draft, store, choice, now, problems)
    if problems:
        raise Rejected("checkout", "Something needs correcting.", details=problems)
    draft.fulfilment, draft.store_id = choice.fulfilment, store_id
    draft.po_number = po_of(head.company.po_mode, choice.po_number, job.po_number if job else None)
    draft.job_id = job.id if job else None
    draft.note = choice.note
    draft.allow_backorder = choice.when_short == "backorder"
    draft.updated_at = now
    short = [line for line in lines if line.is_short]
    if short and choice.when_short == "reduce":
        _reduce(session, draft, short, store.name if store else "")
    _record(session, draft, actor, now, lines, len(short), before)
    return head


def _store(session: Session, store_id: int | None) -> Store | None:
    return session.get(Store, store_id) if store_id is not None else None


def _job(session: Session, head: DraftHead, choice: Choice, problems: dict[str, str]) -> CompanyJob | None:
    job = None
    if choice.job_id is not None:
        job = session.scalars(
            select(CompanyJob).where(
                CompanyJob.id == choice.job_id,
                CompanyJob.company_id == head.company.id,
                CompanyJob.closed_at.is_(None),
            )
        ).one_or_none()
        if job is None:
            problems["job_id"] = "That job is closed. Choose another one."
    mode = head.company.po_mode
    po_number = po_of(mode, choice.po_number, job.po_number if job else None)
    problem = po_problem(mode, po_number, job is not None)
    if problem:
        problems.setdefault(*problem)
    return job


def _check_short(lines: list[Line], choice: Choice, problems: dict[str, str]) -> None:
    if any(line.is_short for line in lines) and choice.when_short not in ("backorder", "reduce"):
        problems["when_short"] = "This store does not have everything. Choose what to do, or another store."


def _take_window(
    session: Session,
    draft: Draft,
    store: Store,
    lines: list[Line],
    choice: Choice,
    now: datetime,
    problems: dict[str, str],
) -> None:
    draft.pickup_person, draft.pickup_phone = choice.pickup_person, choice.pickup_phone
    if choice.window_start is None:
        return
    schedule = schedules(session, [store.id], since=(now - timedelta(days=2)).date())[store.id]
    queue = queues(session, [store.id])[store.id]
    ready = ready_time(store, schedule, queue, now=now, to_tint=tint_quantity(lines))
    windows = open_windows(session, store, now, WINDOW_DAYS, ready=ready, schedule=schedule)
    window = next((each for each in windows if each.starts_at == choice.window_start), None)
    if window is None:
        problems["window"] = "That time is full or too early by now. Choose another one."
    else:
        draft.window_start, draft.window_end = window.starts_at, window.ends_at


def _take_delivery(
    session: Session, draft: Draft, store: Store, choice: Choice, now: datetime, problems: dict[str, str]
) -> None:
    problem = delivery_problem(choice.delivery_date, local(now, store.time_zone).date())
    if problem:
        problems["delivery_date"] = problem
    address = session.scalar(
        select(Address.id).where(Address.id == choice.address_id, Address.company_id == draft.company_id)
    )
    if address is None:
        problems["address_id"] = "Choose where it goes."
    draft.address_id, draft.delivery_date = address, choice.delivery_date


def _reduce(session: Session, draft: Draft, short: list[Line], store_name: str) -> None:
    """Take what is there, in whole packs; what is not there at all leaves the draft and is listed beside it."""
    kept = {line.id: round_down(line.available or 0, line.pack_size) for line in short}
    gone = [line for line in short if not kept[line.id]]
    changed = {line_id: n for line_id, n in kept.items() if n}
    if changed:
        asked = {"draft": draft.id, "ids": list(changed), "quantities": list(changed.values())}
        session.execute(CHANGE, asked)
    if gone:
        ids = [line.id for line in gone]
        session.execute(delete(DraftLine).where(DraftLine.draft_id == draft.id, DraftLine.id.in_(ids)))
        draft.left_out = draft.left_out + [
            {
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "reason": f"None at {store_name}.",
            }
            for line in gone
        ]


def _record(
    session: Session,
    draft: Draft,
    actor: Actor,
    now: datetime,
    lines: list[Line],
    short: int,
    before: int | None,
) -> None:
    many = len(lines)
    if draft.checkout_at is None:
        draft.checkout_at = now
        key = f"checkout_started:{draft.id}"
        record_draft(session, CheckoutStarted(lines=many), actor=actor, now=now, draft=draft, key=key)
    if draft.fulfilment == "pickup":
        record_draft(
            session,
            PickupStoreSelected(
                store_before=before, short_lines=short, window=draft.window_start is not None
            ),
            actor=actor,
            now=now,
            draft=draft,
        )
    record_draft(
        session,
        CheckoutStepCompleted(step="pickup", fulfilment=draft.fulfilment, lines=many),
        actor=actor,
        now=now,
        draft=draft,
    )
