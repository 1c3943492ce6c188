"""A new invoice or credit memo is announced: to those who may pay, once, with the transaction that issues it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.credit_memos.use_cases.adjustments import Adjustment, credit_company
from portal.billing.disputes.use_cases.answer import Answer, answer_dispute
from portal.billing.disputes.use_cases.disputes import dispute_invoice
from portal.billing.models.credit import PaymentTerms
from portal.billing.reminders.letters.new_documents import mail_new_document
from portal.foundation.actor import Actor
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.orders.fulfilment.use_cases.handover import hand_over
from portal.orders.models.orders import Order
from portal.orders.returns.use_cases.take_back import Return, take_back
from portal.worker.delivery import Delivery
from tests.builders import NOW, Build
from tests.domain.orders.test_fulfilment_invoices import a_draft_of, collect, invoices, paid_ahead, ready
from tests.invoices import make_invoice
from tests.placed_orders import Counter, Want, counter
from tests.shop import TODAY

KINDS = ("invoice_new", "credit_memo_new")


@pytest.fixture
def scene(build: Build) -> Counter:
    return counter(build)


@pytest.fixture
def admin(build: Build) -> Actor:
    return build.actor(build.user(kind="admin", name="Kim Berg"))


def mails(session: Session) -> list[OutboundMail]:
    query = select(OutboundMail).where(OutboundMail.kind.in_(KINDS)).order_by(OutboundMail.id)
    return list(session.scalars(query))


def written(session: Session, settings: Settings) -> tuple[str, str]:
    """Subject and body of the newest one, as the worker writes it."""
    message = Delivery(settings, session.get_bind())._message(mails(session)[-1])
    body = message.get_content()
    assert "None" not in body
    assert "\n\n\n" not in body
    return str(message["Subject"]), body


def collected(session: Session, scene: Counter, **fields: Any) -> Order:
    order = scene.order(Want(scene.paint, 2), **fields)
    ready(session, scene, order)
    collect(session, scene, order)
    return order


def test_handing_over_tells_who_may_pay(
    session: Session, build: Build, scene: Counter, settings: Settings
) -> None:
    boss = build.user(scene.company, "company_admin")
    build.user(scene.company, "viewer")
    build.user(build.company("Somebody else"))
    job = build.job(scene.company)
    order = collected(session, scene, po_number="7731", job_id=job.id, job_name=job.name)
    (invoice,) = invoices(session, order)
    assert sorted(mail.to_email for mail in mails(session)) == sorted([boss.email, scene.buyer.email])
    subject, body = written(session, settings)
    assert subject == f"Invoice {invoice.number}: $82.40, due Thu 2 Jul 2026"
    for words in ("of Harbour Painting", f"Order: {order.number}", "PO number: PO 7731", "Job: Elm Street"):
        assert words in body, body
    assert f"Look at it and pay: http://localhost/invoices/{invoice.number}" in body
    assert "Paid ahead" not in body


def test_what_was_paid_ahead_is_told(session: Session, scene: Counter, settings: Settings) -> None:
    """Seen failing with the mail written before the money was set against the invoice."""
    for amount, says in ((5_000, "To be paid: $32.40"), (9_000, "There is nothing to do")):
        order = scene.order(Want(scene.paint, 2))
        paid_ahead(session, scene, a_draft_of(session, scene, order), amount, f"PAY-{amount}")
        ready(session, scene, order)
        collect(session, scene, order)
        subject, body = written(session, settings)
        assert says in body, body
        assert subject.endswith(", paid") == (amount == 9_000)


def test_an_early_payment_saves(session: Session, scene: Counter, settings: Settings) -> None:
    session.add(PaymentTerms(company_id=scene.company.id, days=30, discount_bp=200, discount_days=10))
    session.commit()
    collected(session, scene)
    assert "Paid by Fri 12 Jun 2026, it is $1.65 less." in written(session, settings)[1]


def test_credit_memos_of_returns_adjustments_and_disputes(
    session: Session, scene: Counter, settings: Settings, admin: Actor
) -> None:
    order = collected(session, scene)
    (invoice,) = invoices(session, order)
    take_back(
        session,
        actor=scene.staff,
        now=NOW,
        number=order.number,
        back=Return(units={1: 1}, reason="damaged", restock=False, token="r1"),
    )
    assert f"Order: {order.number}" in written(session, settings)[1]
    for _ in range(2):
        credit_company(
            session, Adjustment(scene.company, 500, "Late", "a"), actor=admin, now=NOW, today=TODAY
        )
    subject, body = written(session, settings)
    assert subject.endswith(": $5.00 for Harbour Painting")
    assert "Reason: Late" in body
    assert "It can be used when you pay an invoice." in body
    dispute = dispute_invoice(
        session,
        actor=scene.customer,
        now=NOW,
        number=invoice.number,
        amount_minor=700,
        reason="price",
        note="",
    )
    answer_dispute(
        session,
        actor=admin,
        now=NOW,
        today=TODAY,
        company=scene.company,
        dispute_id=dispute.id,
        answer=Answer("credited", "You are right.", 700),
    )
    assert "It is set against an invoice already" in written(session, settings)[1]
    assert len(mails(session)) == 4, "one for each document"


def test_whoever_wants_none_gets_none(session: Session, scene: Counter) -> None:
    session.add(PaymentTerms(company_id=scene.company.id, remind=False))
    session.commit()
    assert len(invoices(session, collected(session, scene))) == 1
    assert mails(session) == []


def test_nothing_is_said_of_nothing(session: Session, build: Build) -> None:
    """No amount, an imported document, a closed company, nobody to write to."""
    company = build.company(email="office@harbor.example")
    free = make_invoice(session, company, net=0)
    old = make_invoice(session, company)
    old.source = "import"
    with session.no_autoflush:
        assert (mail_new_document(session, free), mail_new_document(session, old)) == (0, 0)
    session.rollback()
    told = make_invoice(session, company)
    assert mail_new_document(session, told) == 1
    assert [mail.to_email for mail in mails(session)] == ["office@harbor.example"]
    session.get_one(Company, company.id).disabled_at = NOW
    session.flush()
    assert mail_new_document(session, told) == 0
    unknown = make_invoice(session, build.company())
    assert mail_new_document(session, unknown) == 0


def test_no_document_no_mail(session: Session, scene: Counter) -> None:
    """The mail stands and falls with the transaction that issues."""
    order = scene.order(Want(scene.paint, 2))
    ready(session, scene, order)
    hand_over(session, actor=scene.staff, now=NOW, number=order.number, code="K7PQXA")
    assert len(mails(session)) == 1
    session.rollback()
    assert mails(session) == []
