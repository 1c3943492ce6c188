"""The life of a draft: current, parked, resumed, named, discarded, taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.billing.models.payments import Payment
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import refuse_longer
from portal.foundation.jobs import MONEY, JobName, defer
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.drafts.facts import ListSaved, record_draft
from portal.orders.drafts.work import Work, current_of, own_draft, take
from portal.orders.models.drafts import Draft, DraftLine, LeftOut

COPY_LINES = text("""
insert into draft_line (draft_id, company_id, position, variant_id, quantity, colour_number, last_time)
select :copy, company_id, position, variant_id, quantity, colour_number, last_time
  from draft_line where draft_id = :theirs
""")
MAX_NAME = 80
SETTLE_MONEY = JobName("orders.settle_draft_money", MONEY)  # the job: see portal/orders/credit_rescue/jobs.py


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDraft:
    """What a draft starts with."""

    store_id: int | None
    job_id: int | None = None
    name: str = ""
    source_order_id: int | None = None
    left_out: Sequence[LeftOut] = ()


def _find_current(session: Session, actor: Actor) -> Draft | None:
    """The draft to which the actor adds, locked until the transaction ends."""
    return session.scalars(
        select(Draft).where(*current_of(actor)).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def take_current(
    session: Session, *, actor: Actor, now: datetime, store_id: int | None, job_id: int | None = None
) -> Work:
    """Lock the draft to which the actor adds; it is made if there is none. A rep's is the rep's own.

    Two requests at once get the same one.
    """
    found = _find_current(session, actor)
    if found is not None:
        return Work(session, found, actor, now)
    return start_draft(session, NewDraft(store_id=store_id, job_id=job_id), actor=actor, now=now)


def start_draft(session: Session, new: NewDraft, *, actor: Actor, now: datetime) -> Work:
    """Start an empty draft; when another request was quicker to start the current one, take that."""
    made = session.scalars(
        insert(Draft)
        .values(
            company_id=actor.customer_id,
            owner_user_id=actor.user_id,
            subject_user_id=actor.subject_user_id,
            delegation_id=actor.delegation_id,
            store_id=new.store_id,
            job_id=new.job_id,
            name=new.name[:MAX_NAME],
            source_order_id=new.source_order_id,
            state="current",
            left_out=list(new.left_out),
            created_at=now,
            updated_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Draft)
    ).one_or_none()
    found = made or _find_current(session, actor)
    if found is None:
        raise _busy()
    return Work(session, found, actor, now)


def _busy() -> Rejected:
    return Rejected(
        "draft_busy", "Your draft has just changed in another window. Try again.", outcome="conflict"
    )


def _become_current(session: Session, draft: Draft) -> None:
    """:raises Rejected: ``draft_busy`` if another window was quicker to make one current."""
    draft.state = "current"
    try:
        session.flush()
    except IntegrityError as error:
        raise _busy() from error


def park(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Draft:
    """Keep a draft for later; the next thing added begins a new one."""
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    _set_aside(work.draft, actor=actor, now=now)
    record_draft(work, ListSaved(action="park"))
    return work.draft


def _set_aside(draft: Draft, *, actor: Actor, now: datetime) -> None:
    """Park a locked draft; if it has no name, it gets a distinct one."""
    draft.state = "parked"
    draft.updated_at = now
    if not draft.name:
        at = local(now, actor.time_zone)
        draft.name = f"Parked {at.day} {at:%b}, {at.hour % 12 or 12}:{at:%M} {'am' if at.hour < 12 else 'pm'}"


def resume(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Draft:
    """Work on a parked draft again, on whichever device; a current one with lines is parked instead."""
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    draft = work.draft
    if draft.state == "current":
        return draft
    make_room(session, actor=actor, now=now)
    work.touch()
    _become_current(session, draft)
    record_draft(work, ListSaved(action="resume"))
    return draft


def make_room(session: Session, *, actor: Actor, now: datetime) -> None:
    """Park the current draft, or discard it if nothing is in it."""
    found = session.execute(
        select(Draft, exists().where(DraftLine.draft_id == Draft.id))
        .where(*current_of(actor))
        .with_for_update(of=Draft)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return
    current, has_lines = found
    if has_lines or current.left_out:
        _set_aside(current, actor=actor, now=now)
    else:
        current.state = "discarded"
        current.updated_at = now
    session.flush()


def rename(session: Session, *, actor: Actor, now: datetime, draft_id: int, name: str) -> Draft:
    """Give a draft a name by which it is found again.

    :raises Rejected: if the name is longer than 80 characters.
    """
    refuse_longer(name, MAX_NAME, field="name", what="the name", code="name_long")
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    work.draft.name = name
    work.touch()
    record_draft(work, ListSaved(action="rename"))
    return work.draft


def discard(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Draft:
    """Discard a draft. Its lines stay, so that it can be restored. Money that was paid ahead for it is free at once."""
    work = take(session, actor=actor, now=now, draft_id=draft_id)
    _settle_money(session, draft_id)
    work.draft.state = "discarded"
    work.touch()
    record_draft(work, ListSaved(action="discard"))
    return work.draft


def restore(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Draft:
    """Restore a discarded draft: as the current one if there is none, parked otherwise."""
    draft = own_draft(session, actor, draft_id, states=("discarded", *OPEN_DRAFTS))
    if draft.state == "discarded":
        draft.updated_at = now
        _settle_money(session, draft_id)
        if _find_current(session, actor):
            draft.state = "parked"
        else:
            _become_current(session, draft)
        record_draft(Work(session, draft, actor, now), ListSaved(action="restore"))
    return draft


def _settle_money(session: Session, draft_id: int) -> None:
    """Have what was paid ahead for a draft follow its state; no job where nothing was."""
    paid = or_(Payment.draft_id == draft_id, Payment.ended_draft_id == draft_id)
    if session.scalar(select(exists().where(paid, Payment.unapplied_minor > 0))):
        defer(session, SETTLE_MONEY, {"draft_id": draft_id})


def take_over(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Draft:
    """Copy a colleague's draft and work on the copy; the colleague's stays as it is.

    :raises NotFound: if the company has no such open draft.
    """
    theirs = _open_draft(session, actor, draft_id)
    make_room(session, actor=actor, now=now)
    new = NewDraft(
        store_id=theirs.store_id,
        job_id=theirs.job_id,
        name=f"Copy of {theirs.name or 'a draft'}",
        source_order_id=theirs.source_order_id,
    )
    work = start_draft(session, new, actor=actor, now=now)
    copy = work.draft
    copy.po_number, copy.note, copy.left_out = theirs.po_number, theirs.note, theirs.left_out
    session.flush()
    session.execute(COPY_LINES, {"copy": copy.id, "theirs": theirs.id})
    record_draft(work, ListSaved(action="copy"))
    return copy


def _open_draft(session: Session, actor: Actor, draft_id: int) -> Draft:
    """Any open draft of the actor's company. Not locked."""
    draft = session.scalars(
        select(Draft).where(
            Draft.id == draft_id, Draft.company_id == actor.customer_id, Draft.state.in_(OPEN_DRAFTS)
        )
    ).one_or_none()
    if draft is None:
        raise NotFound
    return draft
