"""Money that never was: the entry is reversed, all is as before, and nobody is told a story."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.models.credit import PaymentTerms
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.offline_payments.rules import OfflinePayment
from portal.billing.offline_payments.use_cases.receive import receive_payment
from portal.billing.offline_payments.use_cases.reverse import Reversal, reverse_payment
from portal.billing.periods import Month
from portal.billing.refunds.queries import refundable
from portal.billing.refunds.rules import RefundRequest
from portal.billing.refunds.use_cases.begin import begin_refund
from portal.billing.statements.queries.statement import AccountMonth, statement
from portal.billing.statements.words import entry_title
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import OutboundMail
from portal.foundation.tokens import new_token
from portal.touchpoints.models import Touchpoint
from portal.verification.run import verify
from tests.builders import NOW, Build
from tests.invoices import make_attempt, make_invoice
from tests.placing import together, used

TODAY = date(2026, 6, 2)


@pytest.fixture
def company(build: Build, session: Session) -> Company:
    made = build.company("Harbor Painting")
    session.add(PaymentTerms(company_id=made.id, days=30, discount_bp=200, discount_days=10))
    build.user(made, "company_admin")
    session.commit()
    return made


@pytest.fixture
def admin(build: Build) -> Actor:
    return build.actor(build.user(kind="admin"))


def cheque(
    session: Session,
    admin: Actor,
    company: Company,
    number: str,
    parts: dict[int, int],
    *,
    again: bool = False,
) -> Payment:
    money = OfflinePayment("cheque", 9_800, TODAY, number, "", parts, again=again)
    payment = receive_payment(
        session, actor=admin, company=company, money=money, key=new_token(), now=NOW, today=TODAY
    )
    session.commit()
    return payment


def reverse(session: Session, by: Actor, payment: Payment, reason: str, note: str = "") -> bool:
    done = reverse_payment(session, actor=by, payment_id=payment.id, reversal=Reversal(reason, note), now=NOW)
    session.commit()
    return done


def mails(session: Session, kind: str) -> list[OutboundMail]:
    return list(session.scalars(select(OutboundMail).where(OutboundMail.kind == kind)))


def sound(engine: Engine) -> None:
    names = {finding.check.name for finding in verify(engine).findings}
    assert names <= {"log_partitions"}


@pytest.mark.parametrize("reason", ["bounced", "mistake"])
def test_invoices_are_open_as_before(
    session: Session, company: Company, admin: Actor, engine: Engine, reason: str
) -> None:
    """The discount is there again, the statement says what happened, a mail only goes where the bank returned it. Seen
    failing: "we are giving back $98.00 …", by the only way there was."""
    invoice = make_invoice(session, company, net=10_000)
    payment = cheque(session, admin, company, "1001", {invoice.id: 9_800})
    assert invoice.open_minor == 0
    assert reverse(session, admin, payment, reason, "Insufficient funds.")
    assert not reverse(session, admin, payment, reason), "once"
    session.refresh(invoice)
    session.refresh(payment)
    assert (invoice.open_minor, invoice.paid_minor, used(session, company)) == (10_000, 0, 10_000)
    assert (payment.unapplied_minor, payment.refunded_minor, payment.reversal_reason) == (0, 0, reason)
    of = AccountMonth(company.id, Month(2026, 6), "USD", "America/New_York", TODAY)
    title = entry_title(statement(session, of).entries[-1])
    assert (
        title
        == {"bounced": "Cheque 1001 returned", "mistake": "Cheque 1001 recorded by mistake, taken back"}[
            reason
        ]
    )
    told = [mail.data["note"] for mail in mails(session, "payment_returned")]
    assert told == (["Insufficient funds."] if reason == "bounced" else [])
    assert mails(session, "payment_refunded") == []
    touch = session.scalars(select(Touchpoint).where(Touchpoint.name == "payment_reversed")).one()
    assert touch.props["reason"] == reason
    again = cheque(session, admin, company, "1002", {invoice.id: 9_800})
    session.refresh(invoice)
    assert (invoice.open_minor, again.unapplied_minor) == (0, 0), "in time still"
    sound(engine)


def test_nothing_else_can_be_done_with_it(session: Session, company: Company, admin: Actor) -> None:
    payment = cheque(session, admin, company, "1001", {})
    reverse(session, admin, payment, "mistake")
    session.refresh(payment)
    assert refundable(session, payment).obstacle.startswith("The entry was taken back")


def test_what_cannot_be_taken_back(session: Session, build: Build, company: Company, admin: Actor) -> None:
    payment = cheque(session, admin, company, "1001", {})
    with pytest.raises(NotFound):
        reverse(session, build.actor(build.user(company, "company_admin"), company), payment, "mistake")
    for reason, note, field in (("", "", "reason"), ("lost", "", "reason"), ("bounced", "x" * 301, "note")):
        with pytest.raises(Rejected) as refused:
            reverse(session, admin, payment, reason, note)
        assert refused.value.field == field
        session.rollback()
    begin_refund(
        session,
        RefundRequest(payment_id=payment.id, amount_minor=100, reason="Back", key="k"),
        actor=admin,
        now=NOW,
    )
    with pytest.raises(Rejected, match=r"\$1.00 of it was given back"):
        reverse(session, admin, payment, "bounced")
    session.rollback()
    invoice = make_invoice(session, company)
    attempt = make_attempt(session, company, {invoice: 100}, state="succeeded", payment_intent_id="pi_1")
    by_card = Payment(
        number="PAY-CARD",
        company_id=company.id,
        kind="card",
        attempt_id=attempt.id,
        amount_minor=100,
        currency="USD",
        received_on=TODAY,
        received_at=NOW,
    )
    session.add(by_card)
    session.commit()
    with pytest.raises(Rejected, match="Stripe has this money"):
        reverse(session, admin, by_card, "mistake")


def test_the_same_cheque_is_recorded_once_unless_somebody_says_so(
    session: Session, company: Company, admin: Actor
) -> None:
    """Seen failing: the second one was recorded without a word."""
    first = cheque(session, admin, company, "1001", {})
    for number in ("1001", " 01001 ", "No 1001".removeprefix("No ")):
        with pytest.raises(Rejected, match=f"recorded before: {first.number}") as refused:
            cheque(session, admin, company, number.strip(), {})
        assert refused.value.field == "again"
        session.rollback()
    cheque(session, admin, company, "1001", {}, again=True)
    reverse(session, admin, first, "mistake")
    other = session.scalars(select(Payment).where(Payment.id != first.id)).one()
    reverse(session, admin, other, "mistake")
    cheque(session, admin, company, "1001", {})


def test_at_once_they_are_seen_too(
    session: Session, company: Company, admin: Actor, sessions: sessionmaker[Session]
) -> None:
    """Two forms at the same moment. Seen failing without the company's lock."""

    def once() -> None:
        with sessions() as opened:
            cheque(opened, admin, opened.get_one(Company, company.id), "77", {})

    assert together(*[once] * 4).count(None) == 1
    assert len(session.scalars(select(Payment)).all()) == 1


def test_a_recorded_payment_has_its_receipt(session: Session, company: Company, admin: Actor) -> None:
    """Seen failing: no mail."""
    invoice = make_invoice(session, company, net=10_000)
    cheque(session, admin, company, "1001", {invoice.id: 9_800})
    (mail,) = mails(session, "payment_recorded")
    assert mail.data["invoices"] == [
        {"number": invoice.number, "paid": "$100.00", "discount": "$2.00", "open": ""}
    ]
    assert session.get_one(Invoice, invoice.id).open_minor == 0
