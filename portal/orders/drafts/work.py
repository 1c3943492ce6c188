"""A draft that somebody works on: the one place that locks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound
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


def own_draft(
    session: Session, actor: Actor, draft_id: int, *, states: tuple[str, ...] = OPEN_DRAFTS
) -> Draft:
    """The actor's own draft, locked until the transaction ends.

    :raises NotFound: if it is a colleague's, another company's or in another state.
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
    return draft


def take(session: Session, *, actor: Actor, now: datetime, draft_id: int) -> Work:
    """Lock the actor's own open draft in order to change it.

    :raises NotFound: if it is a colleague's, another company's, placed or discarded.
    """
    return Work(session, own_draft(session, actor, draft_id), actor, now)
