"""Links by which somebody without an account pays one invoice, or what is open of one month. The address holds a
token; the database its hash only, so nobody reads a link out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.accounts.actors import actor_on_record
from portal.accounts.models import Company
from portal.accounts.sign_in.use_cases.throttle import Limit, admit
from portal.billing.methods.facts import PaymentInfoEntered
from portal.billing.methods.use_cases.methods import check_may_use
from portal.billing.models.invoices import Invoice
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.queries import Linked, linked
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.actor import Actor
from portal.foundation.clock import local
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.mail import post
from portal.foundation.money import format_minor
from portal.foundation.tokens import new_token, token_hash
from portal.foundation.wording import weekday_words
from portal.touchpoints.recording import Event, record

DEFAULT_DAYS = 14
MOST_DAYS = 60
# Mails with links, for each address whoever sends them, and for each company; the network says nothing here.
TO_ADDRESS = Limit("link_mail_to", per_account=5, per_network=1_000_000, window=timedelta(hours=1))
OF_COMPANY = Limit("link_mail_of", per_account=30, per_network=1_000_000, window=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Made:
    """A new link. The token is shown now and never again."""

    link: PayLink
    token: str


def link_invoice(
    session: Session,
    *,
    actor: Actor,
    number: str,
    days: int,
    now: datetime,
    email: str = "",
    zone: str = "UTC",
) -> Made:
    """A link to pay what is open of one invoice.

    :param email: sent there, too, when given.
    :param zone: the seller's, for the day until which it works.
    :raises NotFound: when the actor may not, or has no such invoice.
    :raises Rejected: when nothing of it is open.
    """
    company_id = check_may_use(actor)
    invoice = session.scalars(
        select(Invoice).where(
            Invoice.company_id == company_id, Invoice.number == number, Invoice.kind == "invoice"
        )
    ).one_or_none()
    if invoice is None:
        raise NotFound
    if invoice.open_minor <= 0:
        raise Rejected("settled", f"{number} is paid, so there is nothing to make a link for.")
    if invoice.currency != _currency(session, company_id):
        raise Rejected("currency", f"{number} is in {invoice.currency}; pay it by transfer.")
    return _make(
        session, actor, company_id, "invoice", f"Invoice {number}", [invoice], days, now, email, zone
    )


def link_month(
    session: Session,
    *,
    actor: Actor,
    month: date,
    days: int,
    now: datetime,
    email: str = "",
    zone: str = "UTC",
) -> Made:
    """A link to pay the invoices issued in a month or before that are open now.

    :param month: any day of it.
    :raises NotFound: when the actor may not.
    :raises Rejected: when none is open, or too many are.
    """
    company_id = check_may_use(actor)
    after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    invoices = session.scalars(
        select(Invoice)
        .where(
            Invoice.company_id == company_id,
            Invoice.kind == "invoice",
            Invoice.open_minor > 0,
            Invoice.issued_on < after,
            Invoice.currency == _currency(session, company_id),  # others are paid by transfer
        )
        .order_by(Invoice.due_on, Invoice.id)
        .limit(MOST_DOCUMENTS + 1)
    ).all()
    if not invoices:
        raise Rejected(
            "settled", "Nothing of this statement is open, so there is nothing to make a link for."
        )
    if len(invoices) > MOST_DOCUMENTS:
        raise Rejected(
            "too_many", f"A link takes at most {MOST_DOCUMENTS} invoices. Make one for each invoice."
        )
    title = f"Statement of {month:%B %Y}"
    return _make(session, actor, company_id, "statement", title, invoices, days, now, email, zone)


def _currency(session: Session, company_id: int) -> str:
    return session.scalars(select(Company.currency).where(Company.id == company_id)).one()


def admit_mail(session: Session, *, actor: Actor, email: str, now: datetime) -> None:
    """Count a mail with a link before it is written, so that nobody's letter box is filled from here.

    Belongs in a transaction of its own: it counts although the request may be refused.

    :raises Rejected: ``too_many_tries`` on ``email``; ``details`` has ``retry_after`` in seconds.
    """
    to, of = email.strip().lower(), f"company {actor.customer_id}"
    for limit, key, whose in (
        (TO_ADDRESS, to, "mails with payment links went to this address"),
        (OF_COMPANY, of, "mails with payment links went out from your company"),
    ):
        try:
            admit(session, limit=limit, email=key, network="", now=now)
        except Rejected as no:
            minutes = -(-no.details["retry_after"] // 60)
            wait = f"in {minutes} {'minute' if minutes == 1 else 'minutes'}"
            message = (
                f"{limit.per_account} {whose} within an hour. Send it {wait}, or leave this empty and pass the link on "
                "yourself."
            )
            raise Rejected(no.code, message, field="email", outcome="denied", details=no.details) from no


def _make(
    session: Session,
    actor: Actor,
    company_id: int,
    kind: str,
    title: str,
    invoices: Sequence[Invoice],
    days: int,
    now: datetime,
    email: str,
    zone: str,
) -> Made:
    if not 1 <= days <= MOST_DAYS:
        raise Rejected("days", f"Choose 1 to {MOST_DAYS} days.", field="days")
    token = new_token()
    link = PayLink(
        company_id=company_id,
        token_hash=token_hash(token),
        kind=kind,
        title=title,
        created_by_user_id=actor.user_id,
        created_by_name=actor.name,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(link)
    session.flush()
    session.execute(
        insert(PayLinkInvoice),
        [{"pay_link_id": link.id, "invoice_id": each.id, "company_id": company_id} for each in invoices],
    )
    if email:
        _send(session, link, token, invoices, email, actor, zone)
    _note(session, actor, link, "link_made", now)
    return Made(link, token)


def _send(
    session: Session,
    link: PayLink,
    token: str,
    invoices: Sequence[Invoice],
    email: str,
    actor: Actor,
    zone: str,
) -> None:
    total = sum(each.open_minor for each in invoices)
    data = {
        "title": link.title,
        "total": format_minor(total, invoices[0].currency),
        "path": f"/pay/{token}",
        "until": weekday_words(local(link.expires_at, zone).date()),
        "by": actor.name,
        "company": actor.company_name,
        "secret": True,
    }
    post(
        session,
        key=f"pay_link:{link.id}",
        kind="pay_link",
        to_email=email,
        data=data,
        company_id=link.company_id,
    )


def revoke(session: Session, *, actor: Actor, link_id: int, now: datetime) -> PayLink:
    """Take a link back: it opens no page any more. A payment that was begun through it goes on.

    :raises NotFound: when the actor's company has none such.
    """
    company_id = check_may_use(actor)
    link = session.scalars(
        select(PayLink).where(PayLink.id == link_id, PayLink.company_id == company_id).with_for_update()
    ).one_or_none()
    if link is None:
        raise NotFound
    if link.revoked_at is None:
        link.revoked_at = now
        _note(session, actor, link, "link_revoked", now)
    return link


def _note(session: Session, actor: Actor, link: PayLink, action: str, now: datetime) -> None:
    record(
        session,
        Event(
            PaymentInfoEntered(method="link", action=action),
            actor=actor,
            now=now,
            key=f"payment_info_entered:{action}:{link.id}",
            account_id=link.company_id,
        ),
    )


def pay(session: Session, found: Linked, *, method_kind: str, now: datetime, today: date) -> PaymentAttempt:
    """Begin to pay all that is open of what a link is for. Whoever has the link may; nobody is signed in.

    The link's row is locked, so that it cannot be taken back at the same moment.

    :raises Rejected: when it was taken back, when nothing is open, or a payment is under way.
    """
    link = session.scalars(
        select(PayLink)
        .where(PayLink.id == found.link.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if link.revoked_at is not None or link.expires_at <= now:
        raise Rejected("dead_link", "This link does not work any more.", outcome="conflict")
    documents = linked(session, link).documents
    shares = [RequestedShare(each.id, each.free_minor) for each in documents if each.free_minor > 0]
    if not shares:
        raise Rejected("settled", "Nothing is left to be paid here.", outcome="conflict")
    payer = actor_on_record("anonymous", name="Somebody with a pay link")
    new = NewPayment(
        company_id=link.company_id, shares=shares, via="link", method_kind=method_kind, pay_link_id=link.id
    )
    return start_payment(session, new, actor=payer, now=now, today=today)
