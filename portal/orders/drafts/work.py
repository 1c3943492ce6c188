"""A draft that somebody works on: the one place that locks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.orders.draft_states import OPEN_DRAFTS
from portal.orders.models.drafts import Draft


@dataclass(frozen=True, slots=True)
class Work:
    """A draft, locked until the transaction ends, and who works on it when."""

    session: Session
    draft: Draft
    actor: Actor
    now: datetime

    def touch(self) -> None:
        """Mark the draft as changed."""
        self.draft.updated_at = self.now

    def on(self, draft: Draft) -> Work:
        """The same person's work on another draft."""
        return replace(self, draft=draft)


def current_of(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The draft to which the actor adds: a rep has one for each person acted for."""
    return (
        Draft.company_id == actor.customer_id,
        Draft.owner_user_id == actor.user_id,
        Draft.subject_user_id == actor.subject_user_id,
        Draft.state == "current",
    )


def own_draft(
    session: Session, actor: Actor, draft_id: int, *, states: tuple[str, ...] = OPEN_DRAFTS
) -> Draft:
    """The actor's own draft, locked until the transaction ends.

    :raises NotFound: if it is a colleague's, another company's or in another state.
    :raises Rejected: ``other_person`` if a rep began it for somebody else than the one acted for now.
    """
    draft = session.scalars(
        select(Draft)
        .where(
            Draft.id == draft_id, Draft.company_id == actor.customer_id, Draft.owner_user_id == actor.user_id
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if draft is None or draft.state not in states:
        raise NotFound
    refuse_other_person(session, draft, actor)
    return draft


def is_own(draft: Draft, actor: Actor) -> bool:
    """Whether the actor works on it: their own, and a rep's for the person acted for now."""
    return draft.owner_user_id == actor.user_id and draft.subject_user_id == actor.subject_user_id


def refuse_other_person(session: Session, draft: Draft, actor: Actor) -> None:
    """A rep's draft is ordered for the person for whom it was begun, under that person's limits.

    :raises Rejected: ``other_person`` for a draft begun for somebody else.
    """
    if draft.subject_user_id == actor.subject_user_id:
        return
    begun_for = session.scalar(select(User.name).where(User.id == draft.subject_user_id)) or "somebody else"
    raise Rejected(
        "other_person",
        f"You began this draft for {begun_for}, and you now act for {actor.acting_for_name}. Act for {begun_for} "
        "again to go on with it, or open it and work on a copy.",
        outcome="conflict",
    )


def take(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Work:
    """Lock the actor's own open draft in order to change it.

    :raises NotFound: if it is a colleague's, another company's, placed or discarded.
    """
    return Work(session, own_draft(session, actor, draft_id), actor, now)
