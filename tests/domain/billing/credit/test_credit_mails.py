"""Mails about credit, as they arrive: rendered with exactly the data their rows hold."""

from __future__ import annotations

from datetime import date

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.billing.credit_holds.use_cases.holds import hold_account, lift_hold
from portal.billing.disputes.use_cases.answer import Answer, answer_dispute
from portal.billing.disputes.use_cases.disputes import dispute_invoice
from portal.foundation.mail import OutboundMail, mail_folders
from portal.foundation.money import format_minor, format_unit_price
from portal.orders.credit_rescue.letters import mail_draft_paid
from portal.orders.credit_rescue.use_cases.credit_requests import request_credit
from tests.builders import NOW
from tests.invoices import make_attempt, make_invoice
from tests.shop import TODAY, Shop

URL = "https://orders.example.com"


def rendered(mail: OutboundMail) -> str:
    """As the worker does it."""
    templates = Environment(
        loader=FileSystemLoader(mail_folders()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=select_autoescape(),
    )
    templates.filters.update(money=format_minor, unit_price=format_unit_price)
    words = {
        "to_name": mail.to_name,
        "seller_name": "Test Coatings",
        "portal_url": URL,
        "product_name": "Counterpart",
    }
    return templates.get_template(f"{mail.kind}.txt.j2").render({**mail.data, **words})


@pytest.fixture
def mails(shop: Shop, session: Session) -> dict[str, str]:
    """One of each kind, in the order of what happens to a company."""
    build, company = shop.build, shop.company
    boss = build.user(company, "company_admin", name="Ngozi Okafor")
    build.rep(company, name="Sam Reyes", phone="+1 518 555 0177", email="sam@example.com")
    admin = build.actor(build.user(kind="admin", name="Maria Chen"))
    draft_id = shop.draft([(build.variant(price="600"), 2)], name="Elm Street, week 3")
    session.execute(text("update credit_account set limit_minor = 100000"))
    session.commit()
    request_credit(
        session,
        actor=shop.actor,
        now=NOW,
        today=TODAY,
        draft_id=draft_id,
        pay_path="/payments/new?invoice=INV-1",
    )
    attempt = make_attempt(session, company, {}, draft_id=draft_id)
    attempt.amount_minor = 120_000
    session.flush()
    session.execute(text("update credit_account set used_minor = used_minor - 120000"))
    mail_draft_paid(session, draft_id=draft_id, attempt_id=attempt.id, today=TODAY)
    hold_account(session, actor=admin, now=NOW, company=company, reason="INV-7 is overdue. Call Maria.")
    session.commit()
    held = make_attempt(session, company, {}, draft_id=draft_id)
    mail_draft_paid(session, draft_id=draft_id, attempt_id=held.id, today=TODAY)
    lift_hold(session, actor=admin, now=NOW, company=company, note="Thank you for paying.")
    invoice = make_invoice(session, company, on=date(2026, 6, 2))
    payer = build.actor(boss, company, "company_admin")
    dispute = dispute_invoice(
        session, actor=payer, now=NOW, number=invoice.number, amount_minor=500, reason="price", note=""
    )
    answer_dispute(
        session,
        actor=admin,
        now=NOW,
        today=TODAY,
        company=company,
        dispute_id=dispute.id,
        answer=Answer("upheld", "The contract says 600."),
    )
    session.commit()
    found: dict[str, str] = {}
    for mail in session.scalars(select(OutboundMail).order_by(OutboundMail.id)):
        found[f"{mail.kind} again" if mail.kind in found else mail.kind] = rendered(mail)
    return found


def test_each_begins_with_its_subject(mails: dict[str, str]) -> None:
    subjects = {kind: words.splitlines()[0].removeprefix("Subject: ") for kind, words in mails.items()}
    number = subjects.pop("dispute_settled")
    assert number.startswith("Our answer about invoice INV-")
    assert subjects == {
        "credit_ask": "An order of $1,200.00 needs room on the account",
        "draft_paid": "$1,200.00 came in: your draft can be placed",
        "draft_paid again": "$0.00 came in; the account is on hold",
        "account_held": "New orders of Harbor Painting on account are on hold",
        "account_released": "Harbor Painting can order on account again",
    }


def test_they_say_why_and_what_to_do(mails: dict[str, str]) -> None:
    said = {
        "credit_ask": (
            "$1,000.00 of $1,000.00 is left, $200.00 is missing",
            f"{URL}/payments/new?invoice=INV-1",
            f"{URL}/drafts/",
            "Sam Reyes, +1 518 555 0177, sam@example.com",
        ),
        "draft_paid": ("Nothing is ordered by that yet", "/review"),
        "draft_paid again": ("The account is on hold: INV-7 is overdue. Call Maria.", "does not lift that"),
        "account_held": ("INV-7 is overdue. Call Maria.", f"{URL}/invoices?status=open"),
        "account_released": ("Thank you for paying.", f"{URL}/drafts"),
        "dispute_settled": ("the invoice stands as it is", "The contract says 600.", f"{URL}/invoices/INV-"),
    }
    for kind, words in said.items():
        for each in words:
            assert each in mails[kind], (kind, each, mails[kind])


def test_nothing_is_left_of_the_template(mails: dict[str, str]) -> None:
    for kind, words in mails.items():
        assert "{" not in words, kind
        assert "\n\n\n" not in words, (kind, words)
        assert words.count("Subject:") == 1
