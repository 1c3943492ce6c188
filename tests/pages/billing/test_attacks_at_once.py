"""The pages of paying, pressed by many fingers at the same moment."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.billing.models.credit import CreditAccount
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.payments import PaymentAttempt
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.foundation.secrets.handles import handle
from tests.builders import Build, today
from tests.page import PageClient
from tests.pages.billing.pay_links.test_pay_links_attacks import link_to
from tests.paying import Till
from tests.placing import together
from tests.shop import Shop

MANY = 8


def people(app: Flask, till: Till, many: int = MANY) -> list[PageClient]:
    """The same person at so many screens, each with a form token."""
    found = []
    for _ in range(many):
        client = PageClient(app)
        client.sign_in(till.user.email)
        found.append(client)
    return found


def press(clients: list[PageClient], path: str, *forms: dict[str, Any]) -> list[Any]:
    """Everybody sends a form (the forms take turns) at once; the answers."""
    calls = [
        partial(client.post, path, forms[n % len(forms)], status=None) for n, client in enumerate(clients)
    ]
    answers = together(*calls)
    for each in answers:
        if isinstance(each, Exception):
            raise each
        assert each.status_code < 500, each
    return answers


def attempts(till: Till) -> list[PaymentAttempt]:
    with till.sessions() as session:
        return list(session.scalars(select(PaymentAttempt).order_by(PaymentAttempt.id)))


def test_one_form_is_one_payment_and_one_page_at_stripe(paying_app: Flask, till: Till) -> None:
    invoice = till.invoice(5_000)
    press(
        people(paying_app, till), "/payments", {"invoice": invoice.number, "method": "card", "key": "k" * 30}
    )
    assert len(attempts(till)) == 1
    assert len(till.client.v1.checkout.sessions.list({"limit": 9}).data) == 1


def test_many_forms_for_the_same_invoices_in_any_order_are_one_payment(paying_app: Flask, till: Till) -> None:
    """Two payers: the second is refused, however they overlap."""
    first, second = till.invoice(5_000), till.invoice(6_000)
    numbers = [first.number, second.number]
    answers = press(
        people(paying_app, till),
        "/payments",
        *(
            {"invoice": numbers[:: 1 if n % 2 else -1], "method": "card", "key": f"{n:030}"}
            for n in range(MANY)
        ),
    )
    assert sorted(each.status_code for each in answers) == [303] + [422] * (MANY - 1)
    assert [each.amount_minor for each in attempts(till)] == [11_000]


def test_a_link_pressed_by_many_is_one_payment(paying_app: Flask, till: Till) -> None:
    invoice = till.invoice(5_000)
    token = link_to(till, invoice)
    strangers = [PageClient(paying_app) for _ in range(MANY)]
    for each in strangers:
        each.get(f"/pay/{token}")
    press(strangers, f"/pay/{token}", {"method": "card"})
    assert len(attempts(till)) == 1
    assert len(till.client.v1.checkout.sessions.list({"limit": 9}).data) == 1


def test_a_draft_is_paid_ahead_once(paying_app: Flask, till: Till, build: Build) -> None:
    """And on hold not at all."""
    store, paint = build.store(), build.variant(price="41.20")
    build.stock(store, paint)
    shop = Shop(build, till.company, till.user, till.actor, store)
    draft = shop.draft([(paint, 3)])
    clients = people(paying_app, till)
    press(clients, f"/drafts/{handle('draft', draft)}/card-payment", {})
    assert [(each.purpose, each.amount_minor, each.draft_id) for each in attempts(till)] == [
        ("draft", 12_360, draft)
    ]
    with till.sessions() as session:
        session.get_one(CreditAccount, till.company.id).on_hold = True
        session.query(PaymentAttempt).update({"state": "expired"})
        session.commit()
    press(clients[:2], f"/drafts/{handle('draft', draft)}/card-payment", {})
    assert len(attempts(till)) == 1


def test_notes_about_money_stand_once(paying_app: Flask, till: Till) -> None:
    """One dispute and one promise stand, whoever says so at once."""
    invoice = till.invoice(5_000)
    clients, day = people(paying_app, till, 4), today().isoformat()
    press(clients, f"/invoices/{invoice.number}/disputes", {"amount": "1", "reason": "price"})
    press(clients, f"/invoices/{invoice.number}/promises", {"promised_on": day})
    with till.sessions() as session:
        assert (
            len(session.scalars(select(InvoiceDispute).where(InvoiceDispute.closed_at.is_(None))).all()) == 1
        )
        assert (
            len(session.scalars(select(PaymentPromise).where(PaymentPromise.withdrawn_at.is_(None))).all())
            == 1
        )
