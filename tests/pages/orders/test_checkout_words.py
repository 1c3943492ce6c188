"""What is written on the way to an order arrives whole, or is refused with its count."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.foundation.secrets.handles import handle
from portal.orders.models.orders import Order
from tests.builders import Build
from tests.page import PageClient
from tests.pages.orders.test_checkout import order_it, ready_draft
from tests.shop import Shop


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id)
    user = build.user(company, name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


def test_a_note_of_many_lines_is_kept_whole(shop: Shop, client: PageClient, session: Session) -> None:
    """Browsers count a line end as one character and send two. Seen failing when the gate code was cut off."""
    note = "\n".join(["Ring twice"] * 40) + "\n" + "x" * 40 + " GATE CODE 4471!"
    assert len(note) == 496
    draft_id = ready_draft(shop, client)
    form = {"store_id": str(shop.store.id), "note": note.replace("\n", "\r\n")}
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", form))
    order_it(client, draft_id)
    assert session.scalars(select(Order.note)).one() == note


@pytest.mark.parametrize(
    ("name", "longest"), [("note", 500), ("pickup_person", 80), ("pickup_phone", 40), ("po_number", 40)]
)
def test_too_long_is_said_with_its_count(
    shop: Shop, client: PageClient, session: Session, name: str, longest: int
) -> None:
    """Seen failing when it was cut."""
    draft_id = ready_draft(shop, client)
    form = {"store_id": str(shop.store.id), name: "7" * (longest + 3)}
    client.post(f"/drafts/{handle('draft', draft_id)}/pickup", form, status=422)
    assert f"within {longest} characters; it has {longest + 3}." in client.text
    assert "7" * (longest + 3) in client.body, "what was typed stays"


def test_a_po_number_that_was_used_before_is_said(shop: Shop, client: PageClient, session: Session) -> None:
    """Another company's order with the number says nothing. Seen failing when nothing was said."""
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    client.sign_in(shop.user.email)
    form = {"store_id": str(shop.store.id), "po_number": "T2-DUP-1"}
    for said in (False, True):
        draft_id = shop.draft([(paint, 1)])
        client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", form))
        assert ("PO T2-DUP-1 was used before" in client.text) is said
        if not said:
            order_it(client, draft_id)
    number = session.scalars(select(Order.number)).one()
    assert f"Order {number} of" in client.text
    order_it(client, draft_id)


def test_a_jobs_number_may_be_on_many_orders(shop: Shop, client: PageClient, session: Session) -> None:
    paint = shop.build.variant()
    shop.build.stock(shop.store, paint)
    job = shop.build.job(shop.company, "Elm Street", "PO-28322")
    client.sign_in(shop.user.email)
    for _ in range(2):
        draft_id = shop.draft([(paint, 1)])
        client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
        assert "Elm Street (PO-28322)" in client.text
        form = {"store_id": str(shop.store.id), "job_id": handle("job", job.id)}
        client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/pickup", form))
        assert "was used before" not in client.text
        order_it(client, draft_id)
