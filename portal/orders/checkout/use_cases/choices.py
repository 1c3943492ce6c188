"""Choosing how an order is collected or delivered, and under which PO number and job."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Address, CompanyJob
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import length_problem
from portal.orders.checkout.facts import CheckoutStarted, CheckoutStepCompleted
from portal.orders.checkout.queries.promises import Work as Goods
from portal.orders.checkout.queries.promises import queues, ready_time, work_of
from portal.orders.checkout.refusals import ChoiceRefused
from portal.orders.checkout.terms import po_of, po_problem
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import record_draft
from portal.orders.drafts.lines import Line, there
from portal.orders.drafts.queries import DraftHead, own_head, stocked_lines
from portal.orders.drafts.use_cases.lines import remove_lines, set_quantities
from portal.orders.drafts.work import Work
from portal.orders.models.drafts import Draft, LeftOut
from portal.orders.quantities import round_down
from portal.stores.hours.delivery_days import delivery_problem
from portal.stores.hours.opening import Schedule
from portal.stores.hours.queries import schedules
from portal.stores.models import Store
from portal.stores.store.facts import PickupStoreSelected
from portal.stores.windows.queries import open_windows

WINDOW_DAYS = 8
# Characters of what is written for the store.
LONGEST = {"pickup_person": 80, "pickup_phone": 40, "note": 500}


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


@dataclass(frozen=True, slots=True)
class _Step:
    """The pickup step of a draft. What is wrong is collected in ``problems``, by field."""

    work: Work
    head: DraftHead
    choice: Choice
    store: Store | None
    lines: list[Line]
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def short(self) -> list[Line]:
        return [line for line in self.lines if line.is_short]

    @property
    def there(self) -> Goods:
        """What of the draft the store has."""
        return work_of(self.lines, there(self.lines))


def choose(
    session: Session, *, actor: Actor, now: datetime, today: date, draft_id: int, choice: Choice
) -> DraftHead:
    """Store the choice in the draft. Everything that is wrong with it is said at once.

    :param today: the day whose prices hold, in the seller's calendar.
    :raises NotFound: if it is not the actor's open draft.
    :raises ChoiceRefused: by field.
    :raises Rejected: ``empty``.
    """
    head = own_head(session, actor, draft_id, lock=True)
    draft = head.draft
    if draft.state not in OPEN_DRAFTS:
        raise NotFound
    store = session.get(Store, choice.store_id) if choice.store_id is not None else None
    lines = _lines(session, draft, store, today)
    store_before = draft.store_id
    step = _Step(Work(session, draft, actor, now), head, choice, store, lines)
    job = _check(step)
    if step.problems:
        raise ChoiceRefused(step.problems)
    _save(step, job)
    _record_step(step, store_before)
    return head


def _lines(session: Session, draft: Draft, store: Store | None, today: date) -> list[Line]:
    store_id = store.id if store else None
    lines = stocked_lines(
        session, company_id=draft.company_id, draft_id=draft.id, today=today, store_id=store_id
    )
    if not lines:
        raise Rejected("empty", "There is nothing in this draft to order.")
    return lines


def _check(step: _Step) -> CompanyJob | None:
    """Collect what is wrong. The pickup time or the delivery is set already; a refusal rolls it back."""
    store, draft = step.store, step.head.draft
    if store is None:
        step.problems["store_id"] = "Choose a store."
    job = _job(step)
    _check_lengths(step)
    _check_short(step)
    draft.window_start = draft.window_end = draft.delivery_date = None
    if store is not None and step.choice.fulfilment == "pickup":
        _take_window(step, store)
    elif store is not None:
        _take_delivery(step, store)
    return job


def _check_lengths(step: _Step) -> None:
    for name, longest in LONGEST.items():
        words = length_problem(getattr(step.choice, name), longest)
        if words:
            step.problems[name] = words


def _check_short(step: _Step) -> None:
    chosen = step.choice.when_short
    if step.short and chosen not in ("backorder", "reduce"):
        words = "This store does not have everything. Choose what to do, or another store."
        step.problems["when_short"] = words
    elif chosen == "reduce" and step.lines and not any(_kept(line) for line in step.lines):
        words = "This store has nothing of it that could be ordered. Backorder it, or choose another store."
        step.problems["when_short"] = words


def _job(step: _Step) -> CompanyJob | None:
    job, choice, company = None, step.choice, step.head.company
    if choice.job_id is not None:
        job = step.work.session.scalars(
            select(CompanyJob).where(
                CompanyJob.id == choice.job_id,
                CompanyJob.company_id == company.id,
                CompanyJob.closed_at.is_(None),
            )
        ).one_or_none()
        if job is None:
            step.problems["job_id"] = "That job is closed. Choose another one."
    po_number = po_of(company.po_mode, choice.po_number, job.po_number if job else None)
    problem = po_problem(company.po_mode, po_number, job is not None)
    if problem:
        step.problems.setdefault(*problem)
    return job


def _take_window(step: _Step, store: Store) -> None:
    session, now, draft, choice = step.work.session, step.work.now, step.head.draft, step.choice
    draft.pickup_person, draft.pickup_phone = choice.pickup_person, choice.pickup_phone
    if choice.window_start is None or step.there.is_none:  # no time is promised of what is not there
        return
    schedule = _schedule(step, store)
    queue = queues(session, [store.id])[store.id]
    ready = ready_time(store, schedule, queue, now=now, work=step.there)
    windows = open_windows(session, store, now, WINDOW_DAYS, ready=ready, schedule=schedule)
    window = next((each for each in windows if each.starts_at == choice.window_start), None)
    if window is None:
        step.problems["window"] = "That time is full or too early by now. Choose another one."
    else:
        draft.window_start, draft.window_end = window.starts_at, window.ends_at


def _schedule(step: _Step, store: Store) -> Schedule:
    since = (step.work.now - timedelta(days=2)).date()
    return schedules(step.work.session, [store.id], since=since)[store.id]


def _take_delivery(step: _Step, store: Store) -> None:
    draft, choice = step.head.draft, step.choice
    day = choice.delivery_date
    if day is not None or not step.there.is_none:
        today = local(step.work.now, store.time_zone).date()
        problem = delivery_problem(_schedule(step, store), day, today, store.name)
        if problem:
            step.problems["delivery_date"] = problem
    draft.delivery_date = None if step.there.is_none else day  # no day is promised of what is not there
    address = step.work.session.scalar(
        select(Address.id).where(Address.id == choice.address_id, Address.company_id == draft.company_id)
    )
    if address is None:
        step.problems["address_id"] = "Choose where it goes."
    draft.address_id = address


def _save(step: _Step, job: CompanyJob | None) -> None:
    draft, choice = step.head.draft, step.choice
    draft.fulfilment, draft.store_id = choice.fulfilment, step.store.id if step.store else None
    draft.po_number = po_of(step.head.company.po_mode, choice.po_number, job.po_number if job else None)
    draft.job_id = job.id if job else None
    draft.note = choice.note
    draft.allow_backorder = choice.when_short == "backorder"
    step.work.touch()
    if step.short and choice.when_short == "reduce":
        _reduce(step.work, step.short, step.store.name if step.store else "")


def _reduce(work: Work, short: list[Line], store_name: str) -> None:
    """Take what is there, in whole packs; what is not there at all leaves the draft and is listed beside it."""
    kept = {line.id: _kept(line) for line in short}
    gone = [line for line in short if not kept[line.id]]
    set_quantities(work, {line_id: n for line_id, n in kept.items() if n})
    remove_lines(work, [line.id for line in gone])
    if gone:
        work.draft.left_out = work.draft.left_out + [
            LeftOut(sku=line.sku, name=line.name, quantity=line.quantity, reason=f"None at {store_name}.")
            for line in gone
        ]


def _kept(line: Line) -> int:
    """Whole packs of it that are there."""
    return round_down(there([line])[0], line.pack_size)


def _record_step(step: _Step, store_before: int | None) -> None:
    work, draft, lines = step.work, step.head.draft, len(step.lines)
    if draft.checkout_at is None:
        draft.checkout_at = work.now
        record_draft(work, CheckoutStarted(lines=lines), key=f"checkout_started:{draft.id}")
    if draft.fulfilment == "pickup":
        selected = PickupStoreSelected(
            store_before=store_before, short_lines=len(step.short), window=draft.window_start is not None
        )
        record_draft(work, selected)
    record_draft(work, CheckoutStepCompleted(step="pickup", fulfilment=draft.fulfilment, lines=lines))
