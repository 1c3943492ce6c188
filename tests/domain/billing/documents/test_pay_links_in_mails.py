"""Links to pay by in mails to addresses for documents."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.billing.models.links import PayLink
from portal.billing.pay_links.jobs import mail as mail_by_job
from portal.billing.pay_links.use_cases.make import make_mailed_link
from portal.foundation.config import Settings
from portal.foundation.db import make_sessions
from portal.foundation.jobs import House
from portal.foundation.mail import OutboundMail
from portal.worker.delivery import Delivery
from tests.builders import NOW, Build
from tests.domain.billing.documents.test_document_mails import body, box, sent
from tests.invoices import make_invoice, pay_offline


def test_a_link_to_pay_comes_only_where_the_company_wishes_it(
    session: Session, build: Build, settings: Settings
) -> None:
    """Run twice, as after a crash: one link, one mail for each."""
    company = build.company("Harbor Painting")
    pays = box(session, company, "ap@h.example", pay_link=True)
    box(session, company, "office@h.example", delivery="cc")
    invoice = make_invoice(session, company)
    assert sent(session, settings, invoice) == {}
    engine = session.get_bind()
    house = House(replace(settings, stripe_key="sk_test_1"), engine, make_sessions(engine))  # type: ignore[arg-type]
    for _ in range(2):
        mail_by_job(house, invoice_id=invoice.id)
    delivery = Delivery(settings, engine)  # type: ignore[arg-type]
    found = {mail.to_email: body(delivery._message(mail)) for mail in session.scalars(select(OutboundMail))}
    assert set(found) == {pays.email, "office@h.example"}
    assert f"without an account: {settings.public_url}/pay/" in found[pays.email]
    assert "/pay/" not in found["office@h.example"]
    assert len(session.scalars(select(PayLink)).all()) == 1


def test_nothing_is_asked_for_what_is_paid(session: Session, build: Build) -> None:
    company = build.company()
    invoice = make_invoice(session, company, net=10_000)
    pay_offline(session, company, 10_000, invoice)
    session.refresh(invoice)
    assert make_mailed_link(session, invoice, zone="UTC", now=NOW) is None
