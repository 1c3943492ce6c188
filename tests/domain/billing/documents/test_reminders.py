"""Reminders: which step, once, whom, what stops them, one mail a day, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.models import Company
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import Autopay, SavedMethod
from portal.billing.models.promises_to_pay import PaymentPromise
from portal.billing.models.reminders import Reminder
from portal.billing.reminders.queries import policy_of
from portal.billing.reminders.rules import Policy
from portal.billing.reminders.use_cases import change_policy, remind_all
from portal.foundation.errors import NotFound
from portal.foundation.mail import OutboundMail, mail_folders
from tests.builders import NOW, Build
from tests.invoices import make_attempt, make_invoice, pay_offline
from tests.page import PageClient
from tests.placing import together

ZONE = "America/New_York"
DUE = date(2026, 7, 2)  # of an invoice of 2 June at 30 days
Counting = Callable[[], AbstractContextManager[list[str]]]


def at(day: date, hour: int = 16) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def company(build: Build) -> Company:
    company = build.company("Harbor Painting")
    build.user(company, "buyer", name="Dana Ortiz", email="dana@example.com")
    return company


def remind(sessions: sessionmaker[Session], days: int, hour: int = 16) -> int:
    """So many days after the due day."""
    return remind_all(sessions, now=at(DUE + timedelta(days=days), hour), zone=ZONE)


def steps(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(select(Reminder.step).order_by(Reminder.id)))


def mails(session: Session) -> list[OutboundMail]:
    session.rollback()
    return list(
        session.scalars(
            select(OutboundMail).where(OutboundMail.kind == "payment_reminder").order_by(OutboundMail.id)
        )
    )


def test_each_step_in_its_turn_and_once(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    """Seen failing without the reminder's unique pair of invoice and step and the look at it."""
    make_invoice(session, company)
    for days in range(-6, 60):
        remind(sessions, days)
        remind(sessions, days)
    assert steps(session) == [-3, 0, 7, 21, 45]
    assert len(mails(session)) == 5
    told = session.scalars(
        text("select props->>'step' from touchpoint where name = 'reminder_sent' order by occurred_us")
    )
    assert list(told) == ["-3", "0", "7", "21", "45"]


def test_after_days_without_a_worker_only_the_latest_step_is_taken(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    make_invoice(session, company)
    assert remind(sessions, 30) == 1
    assert steps(session) == [21]
    assert remind(sessions, 31) == 0


def test_one_mail_a_day_with_all_invoices(
    session: Session, sessions: sessionmaker[Session], company: Company, build: Build
) -> None:
    """Steps differ, the mail is one, to each who may pay; what becomes due later that day waits for the next."""
    build.user(company, "approver")
    build.user(company, "viewer")
    first = make_invoice(session, company, on=date(2026, 5, 26), net=7_000)
    second = make_invoice(session, company, net=5_000)
    assert remind(sessions, 0) == 2
    assert steps(session) == [7, 0]
    found = mails(session)
    assert len(found) == 2
    assert [each["number"] for each in found[0].data["invoices"]] == [first.number, second.number]
    assert found[0].data["totals"] == ["$120.00"]
    make_invoice(session, company, on=date(2026, 5, 20))
    assert remind(sessions, 0, hour=20) == 0
    assert remind(sessions, 1) == 1


def test_not_at_night_on_the_sellers_clock(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    """03:00 UTC is late on the day before in New York."""
    make_invoice(session, company)
    assert remind(sessions, -2, hour=3) == 0
    assert remind(sessions, -3, hour=11) == 0
    assert remind(sessions, -3, hour=12) == 1


def promised(session: Session, invoice: Invoice) -> None:
    day = DUE + timedelta(days=8)
    session.add(
        PaymentPromise(invoice_id=invoice.id, company_id=invoice.company_id, promised_on=day, made_at=NOW)
    )


def disputed(session: Session, invoice: Invoice) -> None:
    session.add(
        InvoiceDispute(
            invoice_id=invoice.id,
            company_id=invoice.company_id,
            amount_minor=1,
            currency="USD",
            reason="price",
            opened_at=NOW,
        )
    )


def under_way(session: Session, invoice: Invoice) -> None:
    make_attempt(
        session,
        session.get_one(Company, invoice.company_id),
        {invoice: invoice.open_minor},
        state="processing",
    )


def scheduled(session: Session, invoice: Invoice) -> None:
    company = session.get_one(Company, invoice.company_id)
    make_attempt(
        session, company, {invoice: invoice.open_minor}, state="scheduled", run_on=DUE + timedelta(days=9)
    )


def by_autopay(session: Session, invoice: Invoice) -> None:
    method = SavedMethod(
        company_id=invoice.company_id,
        stripe_method_id="pm_1",
        kind="card",
        brand="Visa",
        last4="4242",
        saved_at=NOW,
    )
    session.add(method)
    session.flush()
    session.add(
        Autopay(
            company_id=invoice.company_id,
            saved_method_id=method.id,
            rule="due",
            mandate_words="",
            agreed_at=NOW,
        )
    )


def paid(session: Session, invoice: Invoice) -> None:
    pay_offline(session, session.get_one(Company, invoice.company_id), invoice.open_minor, invoice)


def closed(session: Session, invoice: Invoice) -> None:
    session.get_one(Company, invoice.company_id).disabled_at = NOW


def switched_off(session: Session, invoice: Invoice) -> None:
    session.execute(
        text("insert into payment_terms (company_id, remind) values (:id, false)"), {"id": invoice.company_id}
    )


STOPS = [promised, disputed, under_way, scheduled, by_autopay, paid, closed, switched_off]


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_what_stops_a_reminder(
    session: Session,
    sessions: sessionmaker[Session],
    company: Company,
    stop: Callable[[Session, Invoice], None],
) -> None:
    stop(session, make_invoice(session, company))
    session.commit()
    assert remind(sessions, 8) == 0


def test_a_promise_stops_until_its_day_and_no_longer(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    promised(session, make_invoice(session, company))
    session.commit()
    assert [remind(sessions, days) for days in (7, 8, 9)] == [0, 0, 1]


@pytest.mark.parametrize("state", ["failed", "expired", "cancelled"])
def test_what_does_not_stop_it(
    session: Session, sessions: sessionmaker[Session], company: Company, state: str
) -> None:
    """A payment that came to nothing, autopay that has failed for it, a part that is paid, a closed dispute."""
    invoice = make_invoice(session, company)
    by_autopay(session, invoice)
    make_attempt(session, company, {invoice: invoice.open_minor}, state=state, via="autopay")
    make_attempt(session, company, {invoice: 10}, state="processing")
    pay_offline(session, company, 100, invoice)
    disputed(session, invoice)
    session.execute(text("update invoice_dispute set closed_at = now(), outcome = 'upheld'"))
    session.commit()
    assert remind(sessions, 8) == 1


def test_a_limit_of_autopay_that_does_not_cover_it(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    by_autopay(session, make_invoice(session, company, net=10_000))
    session.execute(text("update autopay set limit_minor = 9999"))
    session.commit()
    assert remind(sessions, 8) == 1


def test_credit_memos_are_nobodys_debt(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    """They are named as what can be used instead."""
    make_invoice(session, company, net=-4_000)
    assert remind(sessions, 60) == 0
    make_invoice(session, company)
    assert remind(sessions, 60) == 1
    assert mails(session)[0].data["credit"] == ["$40.00"]


def test_whom(session: Session, sessions: sessionmaker[Session], build: Build) -> None:
    """The parent's people where the branch has none; the company's address where there is nobody at all; and where
    there is nowhere to write to, nothing is noted as sent."""
    parent = build.company("Group")
    boss = build.user(parent, "company_admin")
    branch = build.company("Branch", parent_id=parent.id)
    build.user(branch, "viewer")
    lonely = build.company("Lonely", email="office@example.com")
    nowhere = build.company("Nowhere")
    for each in (branch, lonely, nowhere):
        make_invoice(session, each)
    assert remind(sessions, 0) == 2
    assert [each.to_email for each in mails(session)] == [boss.email, "office@example.com"]
    build.user(nowhere, "buyer")
    assert remind(sessions, 0) == 1


def test_workers_at_once_send_once(
    session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    """Seen failing when a step that is taken already is not left out of the mail."""
    for _ in range(5):
        make_invoice(session, company)
    results = together(*[lambda: remind(sessions, 0)] * 4)
    assert sorted(results) == [0, 0, 0, 5], results
    assert len(mails(session)) == 1


def test_the_statements_do_not_grow(
    session: Session, sessions: sessionmaker[Session], build: Build, statements: Counting
) -> None:
    """One company with one invoice, then twelve with thirty in all: the same statements, in one batch."""
    counts = []
    for many in (1, 12):
        for n in range(many):
            company = build.company()
            for _ in range(1 + n % 3):
                build.user(company)
            for _ in range(1 + n % 4):
                make_invoice(session, company)
        with statements() as heard:
            assert remind(sessions, 0) >= many
        counts.append(len(heard))
        session.execute(text("update payment_terms set remind = true"))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 14, counts


def test_a_policy_of_ones_own(
    build: Build, session: Session, sessions: sessionmaker[Session], company: Company
) -> None:
    make_invoice(session, company)
    assert policy_of(session, company.id) == Policy()
    admin = build.actor(build.user(company, "company_admin"), company, "company_admin")
    change_policy(session, actor=admin, now=NOW, company=company, policy=Policy(True, (-10, 5)))
    session.commit()
    session.expire_all()
    assert policy_of(session, company.id) == Policy(True, (-10, 5))
    assert session.scalar(text("select days from payment_terms")) == company.terms_days
    for days in range(-12, 40):
        remind(sessions, days)
    assert steps(session) == [-10, 5]


def test_who_may_change_it(build: Build, session: Session, company: Company) -> None:
    staff = build.actor(build.user(kind="admin"))
    change_policy(session, actor=staff, now=NOW, company=company, policy=Policy(False))
    strangers = build.company()
    for actor in (
        build.actor(build.user(company), company),
        build.actor(build.user(strangers, "company_admin"), strangers, "company_admin"),
        build.actor(build.rep(company)),
    ):
        with pytest.raises(NotFound):
            change_policy(session, actor=actor, now=NOW, company=company, policy=Policy())


def test_the_mail(session: Session, sessions: sessionmaker[Session], company: Company) -> None:
    first = make_invoice(session, company, net=123_450)
    second = make_invoice(session, company, on=date(2026, 6, 10))
    remind(sessions, 7)
    mail = mails(session)[0]
    templates = Environment(
        loader=FileSystemLoader(mail_folders()),
        undefined=StrictUndefined,
        autoescape=select_autoescape(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = {
        "to_name": mail.to_name,
        "portal_url": "https://orders.example.com",
        "seller_name": "Test Coatings",
    }
    written = templates.get_template("payment_reminder.txt.j2").render({**mail.data, **words})
    assert written.startswith(f"Subject: Invoice {first.number} is overdue\nHello Dana Ortiz,\n")
    assert f"- {first.number}: $1,234.50, was due 2 Jul 2026, 7 days ago" in written
    assert f"- {second.number}: $100.00, is due 10 Jul 2026, in 1 day" in written
    assert "https://orders.example.com/invoices?status=open" in written


def test_it_is_told_in_the_companys_activity(
    session: Session, sessions: sessionmaker[Session], company: Company, app: Flask
) -> None:
    """Which invoice, how much, and which step; without a name, since the portal itself did it."""
    invoice = make_invoice(session, company)
    remind(sessions, 7)
    reader = PageClient(app)
    reader.sign_in("dana@example.com")
    reader.get("/activity")
    assert f"{invoice.number}, $100.00, 7 days after its due day" in reader.text
