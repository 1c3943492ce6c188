"""A company where the buyer may order up to $100.00 alone, and people who may say yes to more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Membership, User
from portal.foundation.actor import Actor
from portal.orders.approvals.use_cases.decisions import approve, reject
from portal.orders.approvals.use_cases.requests import Asked, ask_approval
from portal.orders.checkout.snapshot import encode_snapshot, terms_of
from portal.orders.checkout.use_cases.placed import Placed
from portal.orders.drafts.queries import head_of, taxed_lines
from portal.orders.models.approvals import OrderApproval
from tests.builders import NOW
from tests.shop import TODAY, Shop, shown_for

LIMIT = 10_000


@dataclass
class Limited:
    """A shop whose buyer has a limit, with an owner who approves."""

    shop: Shop
    owner: User
    sessions: sessionmaker[Session]

    @property
    def approver(self) -> Actor:
        return self.shop.build.actor(self.owner, self.shop.company, "company_admin")

    def draft(self, dollars: int, actor: Actor | None = None, **fields: Any) -> int:
        """A draft of that many dollars in one line, its stock in place."""
        variant = self.shop.build.variant(price="1.00")
        self.shop.build.stock(self.shop.store, variant, dollars)
        return self.shop.draft([(variant, dollars)], actor, **fields)

    def ask(self, draft_id: int, actor: Actor | None = None, words: str = "") -> Asked:
        actor = actor or self.shop.actor
        with self.sessions() as session, session.begin():
            shown = shown_for(session, actor, draft_id)
            return ask_approval(
                session, actor=actor, now=NOW, today=TODAY, draft_id=draft_id, shown=shown, words=words
            )

    def approve(
        self, approval_id: int, actor: Actor | None = None, token: str | None = None, shown: str | None = None
    ) -> Placed:
        actor = actor or self.approver
        with self.sessions() as session, session.begin():
            shown = shown if shown is not None else self.shown(session, actor, approval_id)
            return approve(
                session,
                actor=actor,
                now=NOW,
                today=TODAY,
                approval_id=approval_id,
                token=token or f"yes {approval_id}",
                shown=shown,
            )

    def reject(self, approval_id: int, words: str, actor: Actor | None = None) -> None:
        with self.sessions() as session, session.begin():
            reject(session, actor=actor or self.approver, now=NOW, approval_id=approval_id, words=words)

    def shown(self, session: Session, actor: Actor, approval_id: int) -> str:
        draft_id = session.scalars(
            select(OrderApproval.draft_id).where(OrderApproval.id == approval_id)
        ).one_or_none()
        if draft_id is None:
            return ""
        head = head_of(session, self.approver, draft_id)
        return encode_snapshot(terms_of(head), taxed_lines(session, head, today=TODAY).lines)

    def state(self, approval_id: int) -> str:
        with self.sessions() as session:
            return session.get_one(OrderApproval, approval_id).state


def limited(shop: Shop, sessions: sessionmaker[Session], limit: int | None = LIMIT) -> Limited:
    set_limit(shop, shop.user, limit)
    owner = shop.build.user(shop.company, "company_admin", name="Maria Lopez")
    return Limited(shop, owner, sessions)


def set_limit(shop: Shop, user: User, limit: int | None) -> None:
    membership = shop.build.session.get_one(Membership, (user.id, shop.company.id))
    membership.order_limit_minor = limit
    shop.build.session.commit()
