"""A company with a buyer, a store and drafts: what tests of ordering begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Company, User
from portal.catalog.models import Variant
from portal.foundation.actor import Actor
from portal.orders.checkout.snapshot import encode_snapshot, terms_of
from portal.orders.drafts.queries import own_head, taxed_lines
from portal.orders.drafts.use_cases.drafts import NewDraft, make_room, start_draft
from portal.orders.drafts.use_cases.lines import Item, put
from portal.stores.hours.delivery_days import first_delivery_day
from portal.stores.hours.queries import schedules
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
        work = start_draft(session, NewDraft(store_id=self.store.id), actor=actor, now=NOW)
        draft = work.draft
        put(work, [Item(variant.id, n) for variant, n in wishes])
        for name, value in fields.items():
            setattr(draft, name, value)
        session.commit()
        return draft.id


def shown_for(session: Session, actor: Actor, draft_id: int) -> str:
    head = own_head(session, actor, draft_id)
    return encode_snapshot(terms_of(head), taxed_lines(session, head, today=TODAY).lines)


def delivery_day(session: Session, store: Store, today: date) -> date:
    """A day on which the store delivers, by its calendar."""
    found = first_delivery_day(schedules(session, [store.id])[store.id], today)
    assert found is not None
    return found
