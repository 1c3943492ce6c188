"""Money under attack by people who are signed in: other companies' documents, payments and means of paying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from portal.accounts.models import Company
from portal.billing.disputes.use_cases.disputes import open_dispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.models.tax import TaxExemption
from portal.foundation.actor import SYSTEM
from portal.foundation.clock import utcnow
from portal.foundation.secrets.handles import handle
from portal.foundation.tokens import token_hash
from tests.builders import Build, today
from tests.invoices import TODAY, make_attempt, make_invoice, pay_offline
from tests.page import PageClient
from tests.paying import Till
from tests.rules.access.whole_database import Snapshot

CERTIFICATE = b"%PDF-1.4 certificate"


@dataclass(frozen=True)
class Riches:
    """Everything that a company can have of money."""

    company: Company
    invoice: Invoice
    memo: Invoice
    cash: Payment
    method: SavedMethod
    link: PayLink
    attempt: PaymentAttempt
    scheduled: PaymentAttempt
    exemption: TaxExemption
    words: tuple[str, ...]  # that nobody else may ever read


def riches(build: Build, company: Company, name: str) -> Riches:
    session, now = build.session, utcnow()
    job = build.job(company, f"Job of {name}")
    invoice = make_invoice(
        session, company, net=50_000, po_number=f"PO-{name}", job_id=job.id, job_name=job.name
    )
    memo = make_invoice(session, company, net=-7_000, reason=f"Goodwill for {name}")
    cash = pay_offline(session, company, 9_900, kind="cheque", reference=f"CHQ-{name}")
    method = SavedMethod(
        company_id=company.id,
        stripe_method_id=f"pm_{name}",
        kind="card",
        brand=f"Brand{name}",
        last4="9876",
        exp_month=12,
        exp_year=2099,
        saved_at=now,
    )
    exemption = TaxExemption(
        company_id=company.id,
        region="VT",
        reason="resale",
        certificate_number=f"CERT-{name}",
        valid_from=date(2020, 1, 1),
        valid_to=date(2099, 1, 1),
        file_name=f"{name}.pdf",
        file_type="application/pdf",
        file=CERTIFICATE,
        added_at=now,
        state="accepted",
        counts_from=now,
    )
    link = PayLink(
        company_id=company.id,
        token_hash=token_hash(f"link-{name}"),
        kind="invoice",
        title=invoice.number,
        created_at=now,
        expires_at=now + timedelta(days=9),
    )
    session.add_all([method, exemption, link])
    session.flush()
    session.add_all(
        [
            PayLinkInvoice(pay_link_id=link.id, invoice_id=invoice.id, company_id=company.id),
            PaymentPromise(
                invoice_id=invoice.id,
                company_id=company.id,
                promised_on=now.date(),
                note=f"Note {name}",
                made_at=now,
            ),
            Autopay(
                company_id=company.id,
                saved_method_id=method.id,
                rule="due",
                mandate_words=f"Words {name}",
                agreed_at=now,
            ),
        ]
    )
    open_dispute(session, invoice, 100, "price", f"Quarrel {name}", SYSTEM, now)
    attempt = make_attempt(session, company, {invoice: 100}, state="failed", at=now)
    scheduled = make_attempt(
        session,
        company,
        {invoice: 100},
        state="scheduled",
        via="schedule",
        run_on=now.date() + timedelta(days=3),
        saved_method_id=method.id,
    )
    session.commit()
    words = (
        invoice.number,
        memo.number,
        cash.number,
        f"PO-{name}",
        f"Job of {name}",
        f"CHQ-{name}",
        f"Brand{name}",
        f"CERT-{name}",
        f"Quarrel {name}",
        f"Note {name}",
        f"Words {name}",
        attempt.token,
        scheduled.token,
        company.name,
    )
    return Riches(company, invoice, memo, cash, method, link, attempt, scheduled, exemption, words)


@pytest.fixture
def theirs(build: Build) -> Riches:
    company = build.company("Victim Walls")
    build.user(company, "company_admin")
    return riches(build, company, "theirs")


@pytest.fixture
def snapshot(engine: Engine, theirs: Riches, till: Till) -> Iterator[Snapshot]:
    taken = Snapshot(engine)
    yield taken
    taken.close()


def reads_of(r: Riches) -> list[str]:
    number = r.invoice.number
    return [
        f"/invoices/{number}",
        f"/invoices/{number}.pdf",
        f"/invoices/{r.memo.number}",
        f"/invoices/{number}/disputes",
        f"/invoices/{number}/promises",
        f"/invoices/{number}/links",
        f"/payments/{r.attempt.token}",
        f"/payments/{r.scheduled.token}",
        f"/payments/new?invoice={number}",
        f"/credits/cash-{handle('credit', r.cash.id)}",
        f"/credits/memo-{handle('credit', r.memo.id)}",
        f"/tax-exemptions/{handle('exemption', r.exemption.id)}/file",
    ]


def writes_of(r: Riches) -> list[tuple[str, dict[str, Any]]]:
    number, key = r.invoice.number, "k" * 30
    return [
        ("/payments", {"invoice": number, "method": "card", "key": key}),
        (f"/payments/{r.attempt.token}/cancellation", {}),
        (f"/payments/{r.scheduled.token}/cancellation", {}),
        (f"/payments/{r.attempt.token}/confirmation", {}),
        (f"/scheduled-payments/{r.scheduled.token}/cancellation", {}),
        (
            "/scheduled-payments",
            {"invoice": number, "method": handle("method", r.method.id), "run_on": "2099-01-01"},
        ),
        (f"/invoices/{number}/links", {"days": "14"}),
        (f"/payment-links/{handle('link', r.link.id)}/revocation", {}),
        (f"/payment-methods/{handle('method', r.method.id)}/removal", {}),
        (f"/invoices/{number}/disputes", {"amount": "1", "reason": "price"}),
        (f"/invoices/{number}/disputes/withdrawal", {}),
        (f"/invoices/{number}/promises", {"promised_on": today().isoformat()}),
        (f"/invoices/{number}/promises/withdrawal", {}),
        (f"/tax-exemptions/{handle('exemption', r.exemption.id)}/withdrawal", {}),
        (
            f"/credits/cash-{handle('credit', r.cash.id)}/applications",
            {"key": key, f"amount_{handle('document', r.invoice.id)}": "1"},
        ),
        (
            f"/credits/memo-{handle('credit', r.memo.id)}/applications",
            {"key": key, f"amount_{handle('document', r.invoice.id)}": "1"},
        ),
    ]


LISTS = (
    "/invoices?status=all",
    "/invoices.csv?status=all",
    "/payments",
    "/payments.csv",
    "/account/billing",
    "/statements",
    "/credits",
    "/payment-methods",
    "/autopay",
    "/scheduled-payments",
    "/payment-links",
    "/tax-exemptions",
    "/activity",
    "/reminders",
    "/",
    f"/statements/{TODAY:%Y-%m}",
    f"/statements/{TODAY:%Y-%m}.csv",
)


def test_another_companys_money_does_not_exist(
    paying_app: Flask, till: Till, theirs: Riches, snapshot: Snapshot
) -> None:
    """Read and every write: 404, nothing of it in any answer, and not one row changes."""
    ours = riches(till.build, till.company, "ours")
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    snapshot.marks = snapshot.look()
    bodies = []
    for path in reads_of(theirs):
        answer = client.http.get(path)
        assert answer.status_code == 404, path
        bodies.append(answer.get_data(as_text=True))
    for path, form in writes_of(theirs):
        client.post(path, form, status=404)
        bodies.append(client.body)
    for path in LISTS:
        answer = client.http.get(path)
        assert answer.status_code == 200, path
        bodies.append(answer.get_data(as_text=True))
    for asked in (theirs.invoice.number, "PO-theirs", "Job of theirs", theirs.invoice.number[:6]):
        for path in ("/invoices?status=all&q=", "/invoices.csv?status=all&q=", "/invoices?status=all&po="):
            answer = client.http.get(path + asked)
            bodies.append(answer.get_data(as_text=True).replace(asked, ""))
    for body in bodies:
        for word in theirs.words:
            assert word not in body, word
    assert snapshot.changed() == set()
    for path in reads_of(ours):  # the same addresses are right ones
        assert client.http.get(path).status_code == 200, path


def test_own_and_foreign_in_one_request(
    paying_app: Flask, till: Till, theirs: Riches, snapshot: Snapshot
) -> None:
    """One foreign number, id or method among own ones, and fields that no form has: nothing is begun, nothing moves."""
    ours = riches(till.build, till.company, "ours")
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    snapshot.marks = snapshot.look()
    number, foreign, key = ours.invoice.number, theirs.invoice.number, "k" * 30
    for form in (
        {"invoice": [number, foreign], "method": "card", "key": key},
        {"invoice": [number, theirs.memo.number], "method": "card", "key": key},
        {"invoice": number, "method": f"saved-{handle('method', theirs.method.id)}", "key": key},
        {"invoice": number, "method": "saved-99999999999999999999", "key": key},
        {"invoice": number, "method": "saved-\u0661", "key": key},
        {"invoice": number, "method": "card", "draft": "987654", "key": key},
    ):
        client.post("/payments", form, status=404)
    day = (today() + timedelta(days=9)).isoformat()
    client.post(
        "/scheduled-payments",
        {"invoice": [number, foreign], "method": handle("method", ours.method.id), "run_on": day},
        status=404,
    )
    client.post(
        "/scheduled-payments",
        {"invoice": number, "method": handle("method", theirs.method.id), "run_on": day},
        status=422,
    )
    client.post("/autopay", {"rule": "due", "method": handle("method", theirs.method.id)}, status=422)
    client.post(
        f"/credits/cash-{handle('credit', ours.cash.id)}/applications",
        {"key": key, f"amount_{handle('document', theirs.invoice.id)}": "1"},
        status=404,
    )
    for name in (
        "cash-0",
        f"memo-{handle('credit', ours.invoice.id)}",
        f"cash-{handle('credit', theirs.cash.id)}",
        "cash-",
        "x",
        "cash-99999999999999999999",
        "cash-" + "9" * 5000,
        "cash-\u0661",
        "memo--1",
    ):
        client.post(
            f"/credits/{name}/applications",
            {"key": key, f"amount_{handle('document', ours.invoice.id)}": "1"},
            status=404,
        )
    assert snapshot.changed() == set()


def test_fields_that_no_form_has_change_nothing(paying_app: Flask, till: Till, theirs: Riches) -> None:
    """Company, amount, currency, way, state, day, method, link and draft come from the server alone."""
    ours = riches(till.build, till.company, "ours")
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    forged = {
        "company_id": handle("company", theirs.company.id),
        "amount_minor": "1",
        "amount": "1",
        "total": "1",
        "currency": "JPY",
        "via": "autopay",
        "state": "succeeded",
        "run_on": "2020-01-01",
        "saved_method_id": str(theirs.method.id),
        "pay_link_id": str(theirs.link.id),
        "purpose": "setup",
        "actor_user_id": "1",
        "discount_minor": "49999",
        "idempotency_key": "x",
        "payment_intent_id": "pi_x",
        "livemode": "1",
        "memo": theirs.memo.number,
    }
    client.post(
        "/payments", {**forged, "invoice": ours.invoice.number, "method": "card", "key": "k" * 30}, status=303
    )
    with till.sessions() as session:
        made = session.query(PaymentAttempt).order_by(PaymentAttempt.id.desc()).first()
        assert made is not None
        assert (made.company_id, made.amount_minor, made.currency, made.via, made.state, made.purpose) == (
            till.company.id,
            50_000,
            "USD",
            "page",
            "open",
            "invoices",
        )
        assert (made.saved_method_id, made.pay_link_id, made.run_on, made.livemode) == (
            None,
            None,
            None,
            False,
        )
        assert made.actor_user_id == till.user.id


def test_a_form_cannot_claim_a_fact_of_the_books(paying_app: Flask, till: Till, theirs: Riches) -> None:
    """The key of a form goes into the posting key. With ``…:undone`` a payer could make an application that nobody can
    take back. Seen failing while any 20 characters were a key."""
    ours = riches(till.build, till.company, "ours")
    client = PageClient(paying_app)
    client.sign_in(till.user.email)
    key, path = "k" * 30, f"/credits/cash-{handle('credit', ours.cash.id)}/applications"
    client.post(
        path, {"key": f"{key}:undone", f"amount_{handle('document', ours.invoice.id)}": "1"}, status=422
    )
    client.post(path, {"key": "", f"amount_{handle('document', ours.invoice.id)}": "1"}, status=422)
    client.post(path, {"key": key, f"amount_{handle('document', ours.invoice.id)}": "2"}, status=303)
    with till.sessions() as session:
        applied = session.scalars(
            select(LedgerTransaction.id).where(LedgerTransaction.kind == "application")
        ).one()
    staff = PageClient(paying_app)
    staff.sign_in(till.build.user(kind="admin").email)
    staff.post(f"/customers/{theirs.company.code}/applications/{applied}/reversal", status=404)
    for _ in range(2):
        staff.post(f"/customers/{till.company.code}/applications/{applied}/reversal", status=303)
    assert till.opens(ours.invoice) == [50_000]
    till.check_books()
