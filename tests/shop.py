"""A company with a buyer, a store and drafts: what tests of ordering begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.orders.checkout import shown as showing
from portal.orders.checkout.use_cases.placeable import terms_of
from portal.orders.drafts.queries import add_tax, own_head, priced_lines
from portal.orders.drafts.use_cases.drafts import make_room, start_draft
from portal.orders.drafts.use_cases.lines import Wish, put
from portal.stores.models import Store
from tests.builders import NOW, Build

TODAY = date(2026, 6, 2)


@dataclass
class Shop:
    """A company, its buyer, a store."""

    build: Build
    company: Company
    user: User
    actor: Actor
    store: Store

    def draft(self, wishes: list[tuple[Variant, int]], actor: Actor | None = None, **fields: Any) -> int:
        session = self.build.session
        actor = actor or self.actor
        make_room(session, actor=actor, now=NOW)
        draft = start_draft(session, actor=actor, now=NOW, store_id=self.store.id)
        put(session, draft, [Wish(variant.id, n) for variant, n in wishes], now=NOW)
        for name, value in fields.items():
            setattr(draft, name, value)
        session.commit()
        return draft.id


def shown_for(session: Session, actor: Actor, draft_id: int) -> str:
    head = own_head(session, actor, draft_id)
    lines = priced_lines(session, company_id=head.company.id, draft_id=draft_id, today=TODAY)
    add_tax(session, head, lines, today=TODAY)
    return showing.encode(terms_of(head), lines)
