"""The job that writes to addresses for documents whose mails bring a link to pay by."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import Mailbox, mailboxes
from portal.billing.models.invoices import Invoice
from portal.billing.pay_links.use_cases.make import make_mailed_link
from portal.billing.reminders.letters.new_documents import MAIL_WITH_LINKS, mail_with_links, with_link
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from portal.foundation.jobs import House, Job
from portal.foundation.mail import OutboundMail


def mail(house: House, *, invoice_id: int) -> None:
    """Make the links and queue the mails in one transaction: a link without its mail is never left behind. Run again, it
    finds the invoice locked or its mails queued, and makes nothing."""
    with transaction(house.sessions) as session:
        invoice = session.scalars(select(Invoice).where(Invoice.id == invoice_id).with_for_update()).one()
        if _is_announced(session, invoice):
            return
        boxes = mailboxes(session, invoice.kind, [invoice.company_id]).get(invoice.company_id, [])
        wished = [each for each in boxes if with_link(each, invoice)]
        paths = _paths(house, session, invoice, wished) if house.settings.payments != "off" else {}
        mail_with_links(session, invoice, paths)


def _paths(house: House, session: Session, invoice: Invoice, boxes: list[Mailbox]) -> dict[int, str]:
    now, zone = utcnow(), house.settings.time_zone
    made = {each.id: make_mailed_link(session, invoice, zone=zone, now=now) for each in boxes}
    return {box: f"/pay/{link.token}" for box, link in made.items() if link is not None}


def _is_announced(session: Session, invoice: Invoice) -> bool:
    key = f"invoice_new:{invoice.number}:address:"
    return (
        session.scalar(
            select(OutboundMail.id).where(OutboundMail.key.startswith(key, autoescape=True)).limit(1)
        )
        is not None
    )


JOBS = (Job(MAIL_WITH_LINKS, mail, patient=True),)
