"""Pay links, webhooks and secrets: what somebody without an account can try, and what must stand nowhere."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text

from portal.billing.invoices.use_cases.issue import Line, NewDocument, issue
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.payments import PaymentAttempt
from portal.billing.models.stripe_facts import StripeEvent
from portal.billing.stripe_events.use_cases import process_event
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from portal.foundation.tokens import new_token, token_hash
from sandbox.stripe.events.webhooks import signature
from tests.builders import today
from tests.invoices import TODAY, make_invoice
from tests.page import PageClient
from tests.paying import Till
from tests.rules.access.whole_database import Snapshot
from tests.sandbox.stripe.standing import KEY, SECRET


@pytest.fixture
def payer(paying_app: Flask, till: Till) -> PageClient:
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    return client


@pytest.fixture
def stranger(paying_app: Flask) -> PageClient:
    return PageClient(paying_app)


def link_to(till: Till, *invoices: Any, days: int = 5, **more: Any) -> str:
    """A link's token."""
    session, token, now = till.build.session, new_token(), utcnow()
    link = PayLink(
        company_id=till.company.id,
        token_hash=token_hash(token),
        kind="invoice",
        title="Invoice",
        created_at=now,
        expires_at=now + timedelta(days=days),
        **more,
    )
    session.add(link)
    session.flush()
    for each in invoices:
        session.add(PayLinkInvoice(pay_link_id=link.id, invoice_id=each.id, company_id=each.company_id))
    session.commit()
    return token


GUESSES = ("x", "a" * 43, "A" * 5000, "..%2f..", "%00", "returned", "' or 1=1 --", "\u0661", "%ff")


def test_guessed_links_and_payments_are_not_found(stranger: PageClient, till: Till, engine: Engine) -> None:
    """The token of a payment on the page is none of a link, and the other way round; nothing is written."""
    invoice = till.invoice(5_000)
    token = link_to(till, invoice)
    till.start(invoice)
    with till.sessions() as session:
        of_page = session.scalars(select(PaymentAttempt.token)).one()
    snapshot = Snapshot(engine)
    try:
        for guess in (*GUESSES, of_page, token[:-1], token + "x", token.swapcase()):
            for path in (f"/pay/{guess}", f"/pay/returned/{guess}"):
                assert stranger.http.get(path).status_code in (308, 400, 404), path
                assert stranger.post(path, status=None).status_code in (308, 400, 404, 405), path
        stranger.post(f"/pay/returned/{token}", status=404)
        for path in (f"/payments/{of_page}", f"/invoices/{invoice.number}", "/payment-links", "/payments"):
            assert stranger.http.get(path).status_code == 302, path
        assert snapshot.changed() == set()
    finally:
        snapshot.close()


def test_a_link_pays_its_own_invoices_and_nothing_else(stranger: PageClient, till: Till) -> None:
    mine, other = till.invoice(5_000), till.invoice(7_000)
    elsewhere = till.build.company("Elsewhere")
    foreign = make_invoice(till.build.session, elsewhere, net=9_000)
    token = link_to(till, mine)
    stranger.get(f"/pay/{token}")
    for number in (other.number, foreign.number):
        assert number not in stranger.body
    forged = {
        "invoice": [other.number, foreign.number],
        "invoice_id": str(foreign.id),
        "amount": "1",
        "amount_minor": "1",
        f"amount_{mine.number}": "1",
        "method": "saved-1",
        "save": "1",
        "save_method": "1",
        "company_id": handle("company", elsewhere.id),
        "next": "https://evil.example",
        "return_to": "//evil.example",
        "draft": "1",
        "memo": "x",
        "pay_link_id": "99",
    }
    url = stranger.post(f"/pay/{token}", forged, status=303).headers["Location"]
    assert url.startswith(till.sandbox.url)
    with till.sessions() as session:
        (made,) = session.scalars(select(PaymentAttempt)).all()
    assert (made.amount_minor, made.company_id, made.save_method, made.saved_method_id, made.draft_id) == (
        5_000,
        till.company.id,
        False,
        None,
        None,
    )
    till.by_card(url)
    till.sync(made)
    assert till.opens(mine, other, foreign) == [0, 7_000, 9_000]


def test_a_link_of_a_closed_company_and_a_dead_one_begin_nothing(stranger: PageClient, till: Till) -> None:
    invoice = till.invoice(5_000)
    gone, old = link_to(till, invoice, revoked_at=utcnow()), link_to(till, invoice, days=-1)
    good = link_to(till, invoice)
    for token in (gone, old):
        stranger.get(f"/pay/{token}", status=410)
        stranger.post(f"/pay/{token}", {"method": "card"}, status=410)
        assert invoice.number not in stranger.body
    till.company.disabled_at = utcnow()
    till.build.session.commit()
    stranger.get(f"/pay/{good}", status=404)
    stranger.post(f"/pay/{good}", {"method": "card"}, status=404)
    with till.sessions() as session:
        assert session.query(PaymentAttempt).count() == 0


def test_a_link_never_mixes_currencies(payer: PageClient, stranger: PageClient, till: Till) -> None:
    """What cannot be paid together is in no link. Seen failing: euros were added to dollars, and nobody could pay."""
    dollars = till.invoice(5_000)
    line = Line("Paint", 1, Decimal(70), 7_000)
    new = NewDocument("invoice", till.company.id, "EUR", "test:euros", TODAY, [line])
    euros = issue(till.build.session, new, actor=SYSTEM, now=utcnow())
    till.build.session.commit()
    assert euros is not None
    payer.get(f"/invoices/{euros.number}/links")
    payer.post(f"/invoices/{euros.number}/links", {"days": "14"}, status=422)
    payer.post(f"/statements/{today():%Y-%m}/links", {"days": "14"}, status=200)
    found = re.search(r'value="http://localhost(/pay/[^"]+)"', payer.body)
    assert found
    stranger.get(found[1])
    assert euros.number not in stranger.text
    assert "$50.00 to pay" in stranger.text
    till.by_card(stranger.post(found[1], {"method": "card"}, status=303).headers["Location"])
    payer.post(
        "/payments",
        {"invoice": [dollars.number, euros.number], "method": "card", "key": "k" * 30},
        status=422,
    )


def test_no_secret_stands_in_pages_logs_or_the_touchpoints(
    payer: PageClient, stranger: PageClient, till: Till, log: StringIO
) -> None:
    """Keys, the webhook's secret, tokens of links and idempotency keys: in no page, header, log line or touchpoint."""
    invoice, other = till.invoice(5_000), till.invoice(6_000)
    payer.get(f"/invoices/{other.number}/links")
    payer.post(f"/invoices/{other.number}/links", {"days": "14", "email": "owner@else.example"}, status=200)
    found = re.search(r'value="http://localhost/pay/([^"]+)"', payer.body)
    assert found
    token, pages = found[1], []
    stranger.get(f"/pay/{token}")
    assert stranger.http.get(f"/pay/{token}").headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    url = stranger.post(f"/pay/{token}", {"method": "card"}, status=303).headers["Location"]
    assert token not in url
    session = till.client.v1.checkout.sessions.list({"limit": 1}).data[0]
    assert token not in json.dumps(session.to_dict(), default=str)
    payer.post(
        "/payments", {"invoice": invoice.number, "method": "card", "key": "form-key-" + "q" * 30}, status=303
    )
    attempts = till.build.session.scalars(select(PaymentAttempt)).all()
    (
        stranger.http.get("/pay/nothing"),
        stranger.http.post("/hooks/stripe", data=b"{}", headers={"Stripe-Signature": "t=1,v1=0"}),
    )
    for path in (
        *(f"/payments/{each.token}" for each in attempts if each.via == "page"),
        "/payments",
        "/payments.csv",
        "/invoices?status=all",
        f"/invoices/{other.number}",
        "/payment-links",
        "/activity",
        "/payment-methods",
        "/pay/nothing",
        "/payments/nothing",
    ):
        answer = payer.http.get(path)
        pages.append(answer.get_data(as_text=True) + str(answer.headers))
        answer.close()
    secrets = [KEY, SECRET, *(each.idempotency_key for each in attempts), "idempotency"]
    for body in pages:
        for secret in (*secrets, token):
            assert secret not in body
    written = log.getvalue()
    assert '"path": "/pay/<token>"' in written
    for secret in (*secrets[:-1], token, *(each.token for each in attempts), "owner@else.example"):
        assert secret not in written, secret
    with till.sessions() as own:
        events = own.scalars(text("select t::text from touchpoint t")).all()
    assert events
    for event in events:
        for secret in (*secrets[:-1], token, "owner@else.example"):
            assert secret not in event


def hook(app: Flask, kind: str, thing: str, id: str = "evt_9", **more: Any) -> int:
    event = {
        "id": id,
        "object": "event",
        "type": kind,
        "livemode": False,
        "created": int(time.time()),
        "data": {"object": {"id": thing, **more}},
    }
    raw = json.dumps(event).encode()
    headers = {"Stripe-Signature": signature(raw, SECRET, int(time.time()))}
    return app.test_client().post("/hooks/stripe", data=raw, headers=headers).status_code


def test_a_webhook_moves_only_what_stripe_itself_says(paying_app: Flask, till: Till) -> None:
    """Well signed lies: another attempt's token, foreign objects, amounts, modes and types. Nothing is booked."""
    mine, other = till.invoice(5_000), till.invoice(6_000)
    attempt, victim = till.start(mine), till.start(other)
    till.open(attempt)
    till.open(victim)
    foreign = till.client.v1.payment_intents.create(
        {
            "amount": 6_000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "metadata": {"attempt": victim.token},
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    lies = (
        (
            "checkout.session.completed",
            "cs_unknown",
            {"client_reference_id": victim.token, "payment_status": "paid"},
        ),
        ("payment_intent.succeeded", "pi_unknown", {"metadata": {"attempt": victim.token}, "amount": 6_000}),
        ("payment_intent.succeeded", attempt.token, {}),
        ("payment_intent.succeeded", foreign.id, {}),
        ("charge.refunded", "ch_unknown", {}),
        ("charge.dispute.created", "dp_unknown", {}),
        ("refund.created", "re_unknown", {"amount": 1}),
        ("account.updated", "acct_1", {}),
        ("x" * 300, "y" * 3000, {}),
    )
    for n, (kind, thing, more) in enumerate(lies):
        assert hook(paying_app, kind, thing, f"evt_{n}", **more) in (200, 400), kind
    with till.sessions() as session:
        events = session.scalars(select(StripeEvent.id).order_by(StripeEvent.id)).all()
    for id in events:
        process_event(till.sessions, id, now=utcnow(), api=till.api)
    assert till.opens(mine, other) == [5_000, 6_000]
