"""Mails about money that came outside Stripe: a receipt, and that the bank has returned it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy.orm import Session

from portal.accounts.document_addresses.queries import mailboxes
from portal.accounts.models import Company
from portal.billing.models.invoices import Invoice
from portal.billing.models.payments import Payment
from portal.billing.payers.letters import mail_payers, to_mailboxes
from portal.billing.settlement.letters import enclosed_receipt
from portal.billing.settlement.use_cases.settle import Settled
from portal.foundation.mail import Letter, Mail, Parcel, To, send
from portal.foundation.money import format_minor
from portal.foundation.wording import date_words


class PaidInvoice(TypedDict):
    """An invoice in a mail: what was settled of it, the discount in that, and what is open, for people."""

    number: str
    paid: str
    discount: str
    open: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """An invoice as it is now, with what is open of it again, and the branch whose it is, if it is not the payer's."""

    invoice: Invoice
    amount_minor: int
    branch: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentRecorded(Letter, words="receipt for a payment"):
    """Receipt for a cheque, a transfer or cash: what it paid, and what of it is unapplied. ``paid_by``: the parent company
    whose money it is, of a branch."""

    number: str
    amount: str
    method: str
    received: str
    invoices: list[PaidInvoice]
    unapplied: str
    company: str
    paid_by: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentReturned(Letter, words="payment returned by the bank"):
    """The bank has returned a payment: invoices are open again. ``paid_by`` as in :class:`PaymentRecorded`."""

    number: str
    amount: str
    method: str
    received: str
    note: str
    invoices: list[PaidInvoice]
    company: str
    paid_by: str = ""


def mail_payment_recorded(
    session: Session, company: Company, settled: Settled, passed: Sequence[Settled] = ()
) -> int:
    """Write to the company's payers that their money is here, and to those of branches what it paid for them.

    :param passed: the payments of branches to which it was passed on.
    :returns: how many people are written to.
    """
    branches = {each.payment.id: session.get_one(Company, each.payment.company_id) for each in passed}
    lines = _paid_lines(settled)
    for each in passed:
        lines += _paid_lines(each, of=branches[each.payment.id].name)
    unapplied = settled.parts.unapplied_minor - sum(each.payment.amount_minor for each in passed)
    many = _mail_recorded(session, company, settled.payment, lines, unapplied)
    for each in passed:
        branch, own = branches[each.payment.id], _paid_lines(each)
        many += _mail_recorded(session, branch, each.payment, own, paid_by=company.name)
    return many


def _paid_lines(settled: Settled, of: str = "") -> list[PaidInvoice]:
    """What was settled of each invoice, with the branch whose it is."""
    paid, discounts = settled.parts.paid, settled.parts.discounts
    lines = []
    for each in settled.invoices:
        saved = discounts.get(each.id, 0)
        line = _line(settled.payment, each, paid.get(each.id, 0) + saved, saved)
        lines.append(PaidInvoice({**line, "number": f"{each.number}, {of}"}) if of else line)
    return lines


def _mail_recorded(
    session: Session,
    company: Company,
    payment: Payment,
    lines: list[PaidInvoice],
    unapplied_minor: int = 0,
    paid_by: str = "",
) -> int:
    letter = PaymentRecorded(
        number=payment.number,
        amount=_words(payment, payment.amount_minor),
        method=payment.method_words,
        received=date_words(payment.received_on),
        invoices=lines,
        unapplied=_words(payment, unapplied_minor),
        company=company.name,
        paid_by=paid_by,
    )
    many = _mail(session, company, payment, letter)
    if company.disabled_at is not None:
        return many
    mails = _to_addresses(session, company, payment, letter, alone=not many)
    send(session, *mails)
    return many + len(mails)


def _to_addresses(
    session: Session, company: Company, payment: Payment, letter: Letter, *, alone: bool
) -> list[Mail]:
    """To the company's addresses for documents; with nobody else to write to, to its own address. Nobody there can sign in
    and look, so they get the receipt itself."""
    boxes = mailboxes(session, "receipt", [company.id]).get(company.id, [])
    key, document = f"{letter.kind}:{payment.number}", enclosed_receipt(payment)
    mails = to_mailboxes(company.name, boxes, letter, key=key, document=document)
    if mails or not alone or not company.email:
        return mails
    to, parcel = To(company.email, company.name), Parcel(document=document)
    return [Mail(key=key, letter=letter, to=to, company_id=company.id, parcel=parcel)]


def mail_payment_returned(
    session: Session, company: Company, payment: Payment, reopened: Sequence[Reopened], paid_by: str = ""
) -> int:
    """Write to the company's payers that the bank has returned their money.

    :returns: how many people are written to.
    """
    letter = PaymentReturned(
        number=payment.number,
        amount=_words(payment, payment.amount_minor),
        method=payment.method_words,
        received=date_words(payment.received_on),
        note=payment.reversal_note,
        invoices=[
            _reopened_line(payment, each) for each in sorted(reopened, key=lambda each: each.invoice.number)
        ],
        company=company.name,
        paid_by=paid_by,
    )
    return _mail(session, company, payment, letter)


def _reopened_line(payment: Payment, each: Reopened) -> PaidInvoice:
    line = _line(payment, each.invoice, each.amount_minor, 0)
    return PaidInvoice({**line, "number": f"{each.invoice.number}, {each.branch}"}) if each.branch else line


def _mail(session: Session, company: Company, payment: Payment, letter: Letter) -> int:
    if company.disabled_at is not None:
        return 0
    return mail_payers(session, letter, key=f"{letter.kind}:{payment.number}", company_id=company.id)


def _line(payment: Payment, invoice: Invoice, paid_minor: int, discount_minor: int) -> PaidInvoice:
    return PaidInvoice(
        number=invoice.number,
        paid=_words(payment, paid_minor),
        discount=_words(payment, discount_minor),
        open=_words(payment, invoice.open_minor),
    )


def _words(payment: Payment, minor: int) -> str:
    return format_minor(minor, payment.currency) if minor else ""
