"""A refusal for credit on the review, and the ways to order it after all: each goes on with the same draft."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from portal.app import create_app
from portal.billing.models.credit import CreditAccount
from portal.billing.models.payments import PaymentAttempt
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.foundation.secrets.handles import handle
from portal.orders.credit_rescue.letters import mail_draft_paid
from portal.orders.models.drafts import Draft, DraftLine
from portal.orders.models.orders import Order
from tests.builders import Build, today
from tests.invoices import make_invoice, pay_offline
from tests.page import PageClient
from tests.pages.orders.test_checkout import hidden, order_it
from tests.paying import Till
from tests.sandbox.stripe.standing import KEY, SECRET
from tests.shop import Shop

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def shop(build: Build) -> Shop:
    store = build.store("Dock Street")
    company = build.company("Harbor Painting", home_store_id=store.id, limit=100_000)
    user = build.user(company, name="Dana Ortiz")
    return Shop(build, company, user, build.actor(user, company), store)


def at_review(shop: Shop, client: PageClient, *wishes: tuple[str, int], email: str = "") -> int:
    """A draft of so many units at such a price each, at its review."""
    chosen = []
    for n, (price, quantity) in enumerate(wishes):
        variant = shop.build.variant(name=f"Paint {n + 1}", price=price)
        shop.build.stock(shop.store, variant, 1_000)
        chosen.append((variant, quantity))
    draft_id = shop.draft(chosen)
    client.sign_in(email or shop.user.email)
    client.get(f"/drafts/{handle('draft', draft_id)}/pickup")
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)})
    )
    return draft_id


def form_of(client: PageClient, action: str) -> dict[str, Any]:
    """Hidden fields and ticked boxes of the form that goes there."""
    assert client.page is not None
    form = next(f for f in client.page.iter("form") if action in (f.get("action") or ""))
    found: dict[str, Any] = {}
    for each in form.iter("input"):
        name = each.get("name") or ""
        if each.get("type") == "checkbox" and each.get("checked") is None:
            continue
        found.setdefault(name, []).append(each.get("value"))
    return {name: values if name == "invoice" else values[0] for name, values in found.items()}


def has_form(client: PageClient, action: str) -> bool:
    assert client.page is not None
    return any(action in (f.get("action") or "") for f in client.page.iter("form"))


def test_while_credit_reaches_nothing_is_said(shop: Shop, client: PageClient) -> None:
    at_review(shop, client, ("10", 1))
    assert "Ways to order it" not in client.text


def test_split_in_place_and_put_together_again(shop: Shop, client: PageClient, session: Session) -> None:
    draft_id = at_review(shop, client, ("100", 6), ("150", 4), ("1000", 1))
    order_it(client, draft_id, status=422)
    assert "This order is more than your company's credit leaves." in client.text
    assert "Order what fits now: $900.00" in client.text
    assert "Paint 1: all 6 now" in client.text
    assert "Paint 2: 2 now, 2 later" in client.text
    assert "Paint 3: all 1 later" in client.text
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/split", form_of(client, "/split")))
    assert "2 lines of it are kept for later" in client.text
    assert "Ways to order it" not in client.text
    rest = session.scalars(select(Draft).where(Draft.split_from_id == draft_id)).one()
    client.get(f"/drafts/{handle('draft', rest.id)}")
    assert "This is what was kept for later of another draft" in client.text
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/merge", form_of(client, "/merge")))
    assert "Order what fits now: $900.00" in client.text
    assert session.scalar(select(func.sum(DraftLine.quantity)).where(DraftLine.draft_id == draft_id)) == 11
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/split", form_of(client, "/split")))
    client.get(order_it(client, draft_id))
    assert session.scalar(select(Order.total_minor)) == 90_000
    session.expire_all()
    parts = session.scalars(
        select(Draft.state).where(Draft.split_from_id == draft_id).order_by(Draft.id)
    ).all()
    assert (parts, rest.state) == (["discarded", "parked"], "discarded")


def test_a_proposal_that_is_out_of_date_changes_nothing(
    shop: Shop, client: PageClient, session: Session
) -> None:
    draft_id = at_review(shop, client, ("100", 12))
    plan = form_of(client, "/split")
    session.execute(text("update draft_line set quantity = 3"))
    session.commit()
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/split", plan))
    assert "The draft was changed meanwhile." in client.text
    assert session.scalars(select(DraftLine.quantity)).all() == [3]


def test_nothing_fits(shop: Shop, client: PageClient) -> None:
    at_review(shop, client, ("1000.01", 2))
    assert "Order what fits now" not in client.text


def test_the_approvers_are_asked_once(shop: Shop, client: PageClient, session: Session) -> None:
    boss = shop.build.user(shop.company, "company_admin", name="Ann Lee")
    invoice = make_invoice(session, shop.company, net=50_000)
    draft_id = at_review(shop, client, ("600", 1))
    assert "Ask Ann Lee" in client.text
    form = form_of(client, "/asking")
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/asking", form))
    assert "They have a mail now." in client.text
    assert "You asked Ann Lee on" in client.text
    assert not has_form(client, "/asking")
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/asking", form))
    assert "They were asked already." in client.text
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "credit_ask")).one()
    assert mail.to_email == boss.email
    assert mail.data["pay_path"] == f"/payments/new?invoice={invoice.number}"
    reader = PageClient(client.http.application)
    reader.sign_in(boss.email)
    reader.get(mail.data["draft_path"])
    reader.get(mail.data["pay_path"])
    client.get(f"/drafts/{handle('draft', draft_id)}")
    assert "You asked Ann Lee on" in client.text


def test_with_cards_off_it_says_how_else(shop: Shop, client: PageClient, session: Session) -> None:
    invoice = make_invoice(session, shop.company, net=50_000)
    draft_id = at_review(shop, client, ("600", 1))
    assert f"{invoice.number}, due" in client.text
    assert "Pay them the way you usually do" in client.text
    assert not has_form(client, "/payments/new")
    assert not has_form(client, "/card-payment")
    client.post(f"/drafts/{handle('draft', draft_id)}/card-payment", status=404)
    pay_offline(session, shop.company, 50_000, invoice)
    client.get(f"/drafts/{handle('draft', draft_id)}/review")
    assert "Ways to order it" not in client.text
    client.get(order_it(client, draft_id))


def test_on_hold_nothing_is_promised(shop: Shop, client: PageClient, session: Session) -> None:
    """Why and what to do, in the refusal as on the page; no splitting, which would not help."""
    overdue = make_invoice(session, shop.company, net=5_000, on=today() - timedelta(days=90))
    session.execute(text("update credit_account set on_hold = true, hold_reason = 'Call Maria about INV-1.'"))
    session.commit()
    draft_id = at_review(shop, client, ("1", 1))
    order_it(client, draft_id, status=422)
    assert "Your company's account is on hold" in client.text
    assert "Call Maria about INV-1." in client.text
    assert "These are overdue. Paying them is the first step; the hold itself is lifted by us." in client.text
    assert overdue.number in client.text
    assert not has_form(client, "/split")
    client.get("/")
    assert "Call Maria about INV-1." in client.text


def test_paid_ahead_is_said_so(shop: Shop, client: PageClient, session: Session) -> None:
    pay_offline(session, shop.company, 30_000)
    at_review(shop, client, ("1301", 1))
    assert "$300.00 paid ahead" in client.text
    client.get("/")
    assert "$300.00 paid ahead" in client.text


def test_a_rep_who_acts_is_told_whom_to_ask(shop: Shop, client: PageClient, session: Session) -> None:
    shop.build.user(shop.company, "approver", name="Ann Lee")
    make_invoice(session, shop.company, net=50_000)
    rep = shop.build.rep(shop.company, name="Sam Reyes")
    shop.build.delegation(rep, shop.user, shop.company, now=datetime.now(UTC))
    variant = shop.build.variant(price="600", sku="SW-1")
    shop.build.stock(shop.store, variant)
    client.sign_in(rep.email)
    session.execute(text("update user_session set delegation_id = (select id from delegation)"))
    session.commit()
    client.get("/drafts/current")
    client.follow(client.post("/drafts/current/lines", {"sku": "SW-1", "quantity": "1"}))
    draft_id = session.scalar(select(Draft.id))
    client.follow(
        client.post(f"/drafts/{handle('draft', draft_id)}/pickup", {"store_id": str(shop.store.id)})
    )
    assert "Ask Ann Lee to pay them." in client.text
    form = form_of(client, "/asking")
    client.post(f"/drafts/{handle('draft', draft_id)}/card-payment", status=403)
    client.follow(client.post(f"/drafts/{handle('draft', draft_id)}/asking", form))
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "credit_ask")).one()
    assert (mail.data["asker"], mail.data["on_behalf"]) == ("Sam Reyes", "Dana Ortiz")


def test_what_it_costs(shop: Shop, app: Flask, session: Session, statements: Counting) -> None:
    """The review where credit does not reach, and the refused placement: the same for 200 lines and 90 invoices."""
    found = []
    for lines, invoices in ((1, 1), (200, 90)):
        for _ in range(invoices):
            make_invoice(session, shop.company, net=1_000)
        client = PageClient(app)
        draft_id = at_review(shop, client, *[("1200", 1)] * lines)
        with statements() as review:
            client.get(f"/drafts/{handle('draft', draft_id)}/review")
        with statements() as refused:
            order_it(client, draft_id, status=422)
        found.append((len(review), len(refused)))
    assert found[0] == found[1], found
    review_costs, refusal_costs = found[0]
    assert review_costs <= 14, found
    assert refusal_costs <= 25, found


@pytest.fixture
def cards_app(stripe_sandbox: Any, settings: Settings, engine: Engine) -> Flask:
    demo = replace(
        settings, demo=True, stripe_key=KEY, stripe_webhook_secret=SECRET, stripe_api=stripe_sandbox.url
    )
    app = create_app(demo, engine)
    app.config.update(TESTING=True)
    return app


@pytest.fixture
def cards(cards_app: Flask) -> PageClient:
    return PageClient(cards_app)


def test_paying_invoices_and_back_to_the_same_draft(
    shop: Shop, cards: PageClient, till: Till, session: Session
) -> None:
    """Those that free enough for the least are ticked; what is freed lets the same draft be placed."""
    old, older, new = (
        make_invoice(session, shop.company, net=net, on=today() - timedelta(days=days))
        for net, days in ((15_000, 40), (25_000, 50), (50_000, 5))
    )
    draft_id = at_review(shop, cards, ("450", 1))
    order_it(cards, draft_id, status=422)
    assert "Pay 2 invoices now: $400.00" in cards.text
    form = form_of(cards, "/payments/new")
    assert form == {"draft": handle("draft", draft_id), "invoice": [older.number, old.number]}
    assert new.number in cards.text
    cards.get(
        "/payments/new?"
        + "&".join([f"draft={handle('draft', draft_id)}", *(f"invoice={n}" for n in form["invoice"])])
    )
    pay = form_of(cards, "/payments")
    pay["invoice"] = form["invoice"]
    url = cards.post("/payments", {**pay, "method": "card"}, status=303).headers["Location"]
    till.by_card(url)
    (page,) = till.client.v1.checkout.sessions.list({"limit": 1}).data
    cards.get(urlsplit(page.success_url).path)
    assert "Paid: $400.00" in cards.text
    assert f"/drafts/{handle('draft', draft_id)}/review" in cards.body
    cards.get(f"/drafts/{handle('draft', draft_id)}/review")
    assert "Ways to order it" not in cards.text
    cards.get(order_it(cards, draft_id))
    assert session.scalar(select(Order.draft_id)) == draft_id


def test_paying_this_order_by_card(shop: Shop, cards: PageClient, till: Till, session: Session) -> None:
    """The money waits as unapplied cash that names the draft; the buyer is written to, and places it."""
    session.execute(text("update credit_account set used_minor = limit_minor"))
    session.commit()
    draft_id = at_review(shop, cards, ("450", 1))
    assert "Pay this order by card: $450.00" in cards.text
    url = cards.post(f"/drafts/{handle('draft', draft_id)}/card-payment", status=303).headers["Location"]
    assert (
        cards.post(f"/drafts/{handle('draft', draft_id)}/card-payment", status=303).headers["Location"] == url
    )
    cards.get(f"/drafts/{handle('draft', draft_id)}/review")
    assert "A payment of $450.00 for this order is under way" in cards.text
    assert not has_form(cards, "/card-payment")
    till.by_card(url)
    attempt = session.scalars(select(PaymentAttempt)).one()
    cards.get(f"/payments/{attempt.token}")
    assert "Go on with the order" in cards.text
    session.expire_all()
    assert (
        session.scalar(select(CreditAccount.used_minor).where(CreditAccount.company_id == shop.company.id))
        == 55_000
    )
    for _ in range(2):
        mail_draft_paid(session, draft_id=draft_id, attempt_id=attempt.id, today=today())
        session.commit()
    mail = session.scalars(select(OutboundMail).where(OutboundMail.kind == "draft_paid")).one()
    assert (mail.to_email, mail.data["path"]) == (
        shop.user.email,
        f"/drafts/{handle('draft', draft_id)}/review",
    )
    cards.get(f"/drafts/{handle('draft', draft_id)}/review")
    assert "$450.00 is paid for this order" in cards.text
    cards.get(order_it(cards, draft_id))
    order = session.scalars(select(Order)).one()
    assert order.total_minor == 45_000


def test_a_card_does_not_lift_a_hold(shop: Shop, cards: PageClient, session: Session) -> None:
    session.execute(text("update credit_account set on_hold = true"))
    session.commit()
    draft_id = at_review(shop, cards, ("450", 1))
    assert "That does not lift the hold" in cards.text
    cards.follow(cards.post(f"/drafts/{handle('draft', draft_id)}/card-payment"))
    assert "Paying this order does not lift it" in cards.text
    assert session.scalar(select(func.count()).select_from(PaymentAttempt)) == 0


def test_the_hidden_plan_is_what_is_read(shop: Shop, client: PageClient) -> None:
    at_review(shop, client, ("100", 12))
    assert re.fullmatch(r"[a-z2-7]{26}:10", hidden(client.body, "plan"))


def test_without_an_account_only_people_can_help(shop: Shop, cards: PageClient, session: Session) -> None:
    """Money could not count for an account that does not exist."""
    make_invoice(session, shop.company, net=5_000)
    session.execute(text("delete from credit_account"))
    session.commit()
    draft_id = at_review(shop, cards, ("450", 1))
    assert "Have the limit looked at" in cards.text
    assert not has_form(cards, "/payments/new")
    assert not has_form(cards, "/card-payment")
    order_it(cards, draft_id, status=422)
    assert "no credit account yet" in cards.text
    cards.follow(cards.post(f"/drafts/{handle('draft', draft_id)}/card-payment"))
    assert "no account to order on yet" in cards.text
