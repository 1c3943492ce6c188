"""A rep's order above the company's limit for reps: the person it is for says yes on a page of their own."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Delegation
from portal.foundation.secrets.handles import handle
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.orders import Order
from tests.page import PageClient
from tests.pages.orders.approvals.test_approvals import answer, ask, owner, shop
from tests.shop import Shop

__all__ = ["owner", "shop"]  # fixtures


def asked_by_rep(shop: Shop, app: Flask, session: Session, price: str) -> OrderApproval:
    """A rep acts for Dana, who may order $100.00 alone, and reps $20.00."""
    company = session.get_one(Company, shop.company.id)
    company.rep_order_limit_minor = 2_000
    session.commit()
    rep = shop.build.rep(shop.company, name="Alex Moreno")
    browser = PageClient(app)
    browser.sign_in(rep.email)
    stay = {"subject": shop.user.id, "reason": "Called from the site"}
    browser.get(f"/customers/{shop.company.code}/delegations")
    browser.follow(browser.post(f"/customers/{shop.company.code}/delegations", stay))
    delegation = session.scalars(select(Delegation)).one()
    acting = shop.build.actor(
        rep,
        shop.company,
        delegation_id=delegation.id,
        acting_for_user_id=shop.user.id,
        acting_for_name=shop.user.name,
        reason=delegation.reason,
    )
    paint = shop.build.variant(price=price)
    shop.build.stock(shop.store, paint, 50)
    draft_id = shop.draft([(paint, 1)], acting)
    at = f"/drafts/{handle('draft', draft_id)}/pickup"
    browser.get(at)
    browser.follow(browser.post(at, {"store_id": str(shop.store.id)}))
    assert "Dana Ortiz" in browser.text
    ask(browser, draft_id)
    return session.scalars(select(OrderApproval)).one()


def test_the_person_it_is_for_approves(shop: Shop, client: PageClient, app: Flask, session: Session) -> None:
    """From home to the order; a colleague has no such page. Seen failing with 403, and without the card on the start page."""
    question = asked_by_rep(shop, app, session, "90.00")
    colleague = PageClient(app)
    colleague.sign_in(shop.build.user(shop.company, "buyer").email)
    colleague.get("/")
    assert "Waits for your yes" not in colleague.text
    client.sign_in(shop.user.email)
    client.get("/")
    assert "Waits for your yes" in client.text
    client.get("/approvals")
    assert "Alex Moreno for Dana Ortiz" in client.text
    at = next(
        a.get("href") or "" for a in client.page.iter("a") if (a.get("href") or "").startswith("/approvals/")
    )  # type: ignore[union-attr]
    colleague.get(at, status=404)
    client.get(at)
    assert "Approve and place" in client.text
    answer(client, question.id)
    order = session.scalars(select(Order)).one()
    assert (order.approved_by_user_id, order.subject_name, order.placed_by_name) == (
        shop.user.id,
        "Dana Ortiz",
        "Alex Moreno",
    )


def test_above_their_own_limit_others_decide(
    shop: Shop, client: PageClient, app: Flask, session: Session, owner: object
) -> None:
    question = asked_by_rep(shop, app, session, "150.00")
    assert question.asked_names == "Maria Lopez"
    client.sign_in(shop.user.email)
    client.get("/")
    assert "Waits for your yes" not in client.text
    client.get("/approvals")
    client.get(
        next(
            a.get("href") or ""
            for a in client.page.iter("a")
            if (a.get("href") or "").startswith("/approvals/")
        )
    )  # type: ignore[union-attr]
    assert "Approve and place" not in client.text
    assert "above what you may order alone" in client.text
