"""Documents in mails: to addresses, to people who wish the PDF, and when it cannot be made."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.accounts.models.document_addresses import DocumentAddress
from portal.billing.models.invoices import Invoice
from portal.billing.reminders.letters.new_documents import mail_new_document
from portal.foundation.config import Settings
from portal.foundation.mail import OutboundMail
from portal.worker import parcels
from portal.worker.delivery import Delivery
from tests.builders import NOW, Build
from tests.invoices import make_invoice
from tests.reading.pdf_text import words


def box(session: Session, company: Company, email: str, **fields: object) -> DocumentAddress:
    known = {"delivery": "to", "kinds": ["invoice", "credit_memo"], "confirmed_at": NOW}
    made = DocumentAddress(
        company_id=company.id,
        email=email,
        removal_token=f"removal-of-{email}",
        asked_at=NOW,
        **{**known, **fields},
    )
    session.add(made)
    session.commit()
    return made


def sent(session: Session, settings: Settings, invoice: Invoice) -> dict[str, EmailMessage]:
    """The mails about a document by address, as the worker makes them."""
    mail_new_document(session, invoice)
    session.commit()
    delivery = Delivery(settings, session.get_bind())  # type: ignore[arg-type]
    return {mail.to_email: delivery._message(mail) for mail in session.scalars(select(OutboundMail))}


def pdf_of(message: EmailMessage) -> tuple[str | None, str]:
    (attached,) = message.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    return attached.get_filename(), words(attached.get_content())


def body(message: EmailMessage) -> str:
    part = message.get_body()
    assert part is not None
    return str(part.get_content())


def test_accounts_payable_gets_the_document_itself(
    session: Session, build: Build, settings: Settings
) -> None:
    """Seen failing: only people got a mail, and only a link."""
    company = build.company("Harbor Painting")
    person = build.user(company, "buyer")
    for email, delivery in (("ap@h.example", "to"), ("office@h.example", "cc"), ("books@h.example", "cc")):
        box(session, company, email, delivery=delivery)
    box(session, company, "unconfirmed@h.example", confirmed_at=None)
    box(session, company, "receipts@h.example", kinds=["receipt"])
    invoice = make_invoice(session, company)
    found = sent(session, settings, invoice)
    assert set(found) == {person.email, "ap@h.example", "office@h.example", "books@h.example"}
    assert list(found[person.email].iter_attachments()) == []
    for email in ("ap@h.example", "office@h.example"):
        message = found[email]
        assert (message["To"], message["Cc"]) == ("ap@h.example", "office@h.example, books@h.example")
        name, text = pdf_of(message)
        assert name == f"invoice-{invoice.number}.pdf"
        assert invoice.number in text
        assert f"/document-addresses/removal?token=removal-of-{email}" in body(message)
        assert "Harbor Painting asked us" in body(message)
    assert "/document-addresses/" not in body(found[person.email])


def test_one_in_copy_alone_is_addressed(session: Session, build: Build, settings: Settings) -> None:
    company = build.company()
    box(session, company, "office@h.example", delivery="cc", attach_pdf=False)
    message = sent(session, settings, make_invoice(session, company))["office@h.example"]
    assert (message["To"], message["Cc"]) == ("office@h.example", None)
    assert list(message.iter_attachments()) == []


def test_a_person_may_wish_the_document(session: Session, build: Build, settings: Settings) -> None:
    company = build.company()
    wishes, other = build.user(company, attach_documents=True), build.user(company)
    memo = make_invoice(session, company, net=-5_000)
    found = sent(session, settings, memo)
    assert pdf_of(found[wishes.email])[0] == f"credit-memo-{memo.number}.pdf"
    assert list(found[other.email].iter_attachments()) == []


def test_a_person_whose_address_is_listed_is_written_to_once(
    session: Session, build: Build, settings: Settings
) -> None:
    company = build.company()
    person = build.user(company)
    box(session, company, person.email)
    assert len(sent(session, settings, make_invoice(session, company))) == 1
    assert len(session.scalars(select(OutboundMail)).all()) == 1


@pytest.mark.parametrize("most", [0, None])
def test_a_document_that_cannot_be_attached_does_not_keep_the_mail(
    session: Session, build: Build, settings: Settings, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    """Too large, or not made at all. Seen failing: the mail was given up."""
    company = build.company()
    box(session, company, "ap@h.example")
    invoice = make_invoice(session, company)
    if most is None:
        monkeypatch.setattr("portal.billing.invoices.attachments.pdf", lambda *a, **k: 1 / 0)
    else:
        monkeypatch.setattr(parcels, "MOST_BYTES", most)
    message = sent(session, settings, invoice)["ap@h.example"]
    assert list(message.iter_attachments()) == []
    assert f"The PDF could not be attached. The document is at {settings.public_url}/invoices/" in body(
        message
    )


def test_a_company_without_people_gets_the_document_at_its_own_address(
    session: Session, build: Build, settings: Settings
) -> None:
    """Seen failing: a link, where nobody can sign in."""
    company = build.company(email="office@h.example")
    invoice = make_invoice(session, company)
    (message,) = sent(session, settings, invoice).values()
    assert pdf_of(message)[0] == f"invoice-{invoice.number}.pdf"
