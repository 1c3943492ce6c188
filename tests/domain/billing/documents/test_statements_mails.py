"""A month's statement by mail: once for each company, with its figures and the PDF, and in the list of months."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.accounts.sign_in.letters import PasswordChanged
from portal.billing.models.credit import PaymentTerms
from portal.billing.periods import Month
from portal.billing.statements.jobs import mail
from portal.billing.statements.queries.months import months
from portal.billing.statements.queries.statement import AccountMonth, statement
from portal.billing.statements.use_cases import mail_statements
from portal.foundation.config import Settings
from portal.foundation.jobs import House
from portal.foundation.mail import Mail, OutboundMail, To, send
from portal.touchpoints.models import Touchpoint
from portal.worker.delivery import Delivery
from tests.builders import Build
from tests.domain.billing.documents.test_document_mails import body, box, pdf_of
from tests.invoices import make_invoice, pay_offline

ZONE = "America/New_York"
# 10 a.m. in New York on the first of July.
JULY = datetime(2026, 7, 1, 14, tzinfo=UTC)
Send = Callable[..., int]
Statements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def run(sessions: sessionmaker[Session]) -> Send:
    return lambda now=JULY: mail_statements(sessions, now=now, zone=ZONE)


@pytest.fixture
def company(build: Build) -> Company:
    """It was here before all of this."""
    return build.company("Harbor Painting", created_at=datetime(2026, 1, 1, tzinfo=UTC))


def queued(session: Session) -> list[OutboundMail]:
    session.expire_all()
    return list(session.scalars(select(OutboundMail).order_by(OutboundMail.id)))


def story(session: Session, company: Company) -> None:
    """Something before, an invoice, a credit memo and a payment in June; something after."""
    make_invoice(session, company, net=40_000, on=date(2026, 3, 5))
    june = make_invoice(session, company, net=20_000, tax=1_600, on=date(2026, 6, 2))
    make_invoice(session, company, net=-3_000, on=date(2026, 6, 8))
    pay_offline(session, company, 10_000, june, on=date(2026, 6, 20))
    make_invoice(session, company, net=700, on=date(2026, 7, 1))


def test_the_mail_has_the_figures_of_the_statement_and_its_pdf(
    session: Session, build: Build, run: Send, company: Company, settings: Settings
) -> None:
    """Seen failing: there was none."""
    story(session, company)
    person = build.user(company, "buyer")
    build.user(company, "viewer")
    box(session, company, "ap@h.example", kinds=["statement"])
    box(session, company, "office@h.example", kinds=["invoice"])
    assert run() == 1
    found = queued(session)
    assert [each.to_email for each in found] == [person.email, "ap@h.example"]
    written = statement(session, AccountMonth(company.id, Month(2026, 6), "USD", ZONE, date(2026, 7, 1)))
    data = found[0].data
    assert (data["opening"], data["closing"]) == ("$400.00", "$486.00")
    assert written.closing_minor == 48_600
    assert data["moved"] == [
        {"what": "Invoiced", "amount": "$216.00"},
        {"what": "Paid", "amount": "-$100.00"},
        {"what": "Credited", "amount": "-$30.00"},
    ]
    assert [each["amount"] for each in data["ages"]] == ["$116.00", "$400.00"]
    message = Delivery(settings, session.get_bind())._message(found[0])  # type: ignore[arg-type]
    assert message["Subject"] == "Statement of June 2026: $486.00, $400.00 of it overdue"
    name, printed = pdf_of(message)
    assert name == f"statement-{company.code}-2026-06.pdf"
    assert "$486.00" in printed
    assert "/statements/2026-06?currency=USD" in body(message)
    noted = session.scalars(select(Touchpoint).where(Touchpoint.name == "statement_mailed")).one()
    assert (noted.account_id, noted.value_minor, noted.props["period"]) == (company.id, 48_600, "2026-06")
    assert noted.valid, noted.invalid_reason


def test_it_goes_out_once_however_often_and_late_it_runs(
    session: Session, build: Build, run: Send, company: Company
) -> None:
    """At night nothing; after days without a worker still June's, and never twice. In August July's, carried."""
    make_invoice(session, company, on=date(2026, 6, 2))
    build.user(company)
    assert run(datetime(2026, 7, 1, 6, tzinfo=UTC)) == 0
    assert [run(datetime(2026, 7, day, 15, tzinfo=UTC)) for day in (9, 9, 10)] == [1, 0, 0]
    assert run(datetime(2026, 8, 1, 15, tzinfo=UTC)) == 1
    assert [each.data["month"] for each in queued(session)] == ["June 2026", "July 2026"]
    assert queued(session)[1].data["moved"] == []


def test_whatever_somebody_waits_for_is_mailed_first(
    session: Session, build: Build, run: Send, company: Company
) -> None:
    """Seen failing: a link for a new password waited behind the statements of all companies."""
    make_invoice(session, company, on=date(2026, 6, 2))
    person = build.user(company)
    assert run() == 1
    send(session, Mail(key="x", letter=PasswordChanged(name="Ann"), to=To(person.email)))
    session.commit()
    order = "select args->>'mail_id' from procrastinate_jobs where status = 'todo' order by priority desc, id"
    kinds = [session.get_one(OutboundMail, int(each)).kind for each in session.scalars(text(order))]
    assert kinds == ["password_changed", "statement_new"]


def test_the_month_is_the_seller_s(session: Session, build: Build, company: Company) -> None:
    """At 10 p.m. UTC of 31 July it is August in Auckland already."""
    make_invoice(session, company, on=date(2026, 7, 2))
    build.user(company)
    evening = datetime(2026, 7, 31, 22, tzinfo=UTC)
    factory = sessionmaker(session.get_bind())
    assert mail_statements(factory, now=evening, zone="Pacific/Auckland") == 1
    assert queued(session)[0].data["month"] == "July 2026"


@pytest.mark.parametrize("why", ["nothing", "closed", "unwished", "no mails", "new here", "settled before"])
def test_who_gets_none(session: Session, build: Build, run: Send, company: Company, why: str) -> None:
    build.user(company)
    if why != "nothing":
        invoice = make_invoice(session, company, on=date(2026, 5 if why == "settled before" else 6, 2))
    if why == "settled before":
        pay_offline(session, company, 10_000, invoice, on=date(2026, 5, 20))
    if why == "closed":
        session.execute(text("update company set disabled_at = now()"))
    if why == "new here":
        session.execute(text("update company set created_at = '2026-07-01 12:00Z'"))
    if why == "unwished":
        session.add(PaymentTerms(company_id=company.id, mail_statements=False))
    if why == "no mails":
        session.add(PaymentTerms(company_id=company.id, remind=False))
    session.commit()
    assert run() == 0
    assert queued(session) == []


def test_each_currency_has_its_own_and_branches_theirs(
    session: Session, build: Build, run: Send, company: Company
) -> None:
    build.user(company)
    branch = build.company("North", parent_id=company.id, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    make_invoice(session, branch, on=date(2026, 6, 3))
    make_invoice(session, company, on=date(2026, 6, 2))
    assert run() == 2
    assert {each.data["company"] for each in queued(session)} == {"Harbor Painting", "North"}


def test_the_job_runs_it(
    session: Session, build: Build, company: Company, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    make_invoice(session, company, on=date(2026, 6, 2))
    build.user(company)
    mail(House(settings, session.get_bind(), sessions), at=JULY)  # type: ignore[arg-type]
    assert len(queued(session)) == 1


def test_the_statements_do_not_grow_with_companies(
    session: Session, build: Build, run: Send, statements: Statements
) -> None:
    counts = []
    for many, month in ((2, 7), (6, 8)):
        for _ in range(many):
            each = build.company(created_at=datetime(2026, 1, 1, tzinfo=UTC))
            build.user(each)
            make_invoice(session, each, on=date(2026, 6, 2))
        with statements() as heard:
            assert run(datetime(2026, month, 1, 15, tzinfo=UTC)) >= many
        counts.append(len(heard))
    assert counts[0] == counts[1], counts


def test_months_to_which_a_balance_was_carried_are_listed(session: Session, build: Build) -> None:
    """Seen failing: a month without an entry had an address and was in no list."""
    company = build.company()
    march = make_invoice(session, company, on=date(2026, 3, 5))
    pay_offline(session, company, 10_000, march, on=date(2026, 6, 5))
    make_invoice(session, company, net=500, on=date(2026, 9, 1))
    rows = months(session, company.id, zone=ZONE, until=Month(2026, 11))
    assert [(row.month.code, row.entries, row.closing_minor) for row in rows] == [
        ("2026-11", 0, 500),
        ("2026-10", 0, 500),
        ("2026-09", 1, 500),
        ("2026-06", 1, 0),
        ("2026-05", 0, 10_000),
        ("2026-04", 0, 10_000),
        ("2026-03", 1, 10_000),
    ]
