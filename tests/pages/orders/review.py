"""What tests of pages begin with: a company's shop, and a draft of it at the review."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.foundation.secrets.handles import handle
from tests.builders import Build
from tests.page import PageClient
from tests.shop import Shop


def shop_of(build: Build, name: str) -> Shop:
    store = build.store(f"{name} Street")
    company = build.company(name, home_store_id=store.id)
    user = build.user(company, "company_admin", name=f"{name} Buyer")
    return Shop(build, company, user, build.actor(user, company), store)


def hidden(body: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', body)
    assert found, f"no field {name}"
    return found.group(1)


def to_review(shop: Shop, client: PageClient, quantity: int = 3, **form: str) -> tuple[int, dict[str, str]]:
    """A draft of one line at the review; its id and the form that places it."""
    paint = shop.build.variant("P-1", price="41.20")
    shop.build.stock(shop.store, paint, 50)
    draft_id = shop.draft([(paint, quantity)])
    client.sign_in(shop.user.email)
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id), **form})
    )
    return draft_id, {name: hidden(client.body, name) for name in ("shown", "token")}


def counted(session: Session, model: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0
