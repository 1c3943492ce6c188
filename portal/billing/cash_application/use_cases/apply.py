"""Apply unapplied cash and credit memos to invoices: a posting, never an edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.companies.queries import branches_for_staff
from portal.billing.cash_application.rules import Source, application_key, listed
from portal.billing.cash_application.use_cases.application import Application, check_documents, check_total
from portal.billing.cash_application.use_cases.sources import lock_source
from portal.billing.chart_of_accounts import DISCOUNTS, RECEIVABLE
from portal.billing.ledger.use_cases import Side, post
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.payments import Payment
from portal.billing.settlement.discounts import Put, shares
from portal.billing.settlement.facts import PaymentSubmitted
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.group_on import by_branch, pass_to_branch, transfer_key
from portal.billing.settlement.use_cases.paid_in_full import record_paid_in_full
from portal.foundation.actor import Actor
from portal.touchpoints.recording import Event, record


def apply_credit(
    session: Session,
    *,
    actor: Actor,
    company_id: int,
    source: Source,
    parts: Mapping[int, int],
    key: str,
    now: datetime,
) -> bool:
    """Apply a source to invoices. Idempotent by ``key``. Cash that came in time and settles an invoice earns its
    early-payment discount, whether or not it was subtracted. Staff put a parent's cash onto its branches' invoices, too: it
    is passed on to their books.

    :param parts: minor units by invoice id.
    :param key: random, from the form.
    :returns: False if it was applied before.
    :raises NotFound: for another company's money or documents.
    :raises Rejected: if more is asked for than is free on either side; ``field`` is ``amount_<invoice id>``.
    """
    branches = branches_for_staff(session, actor, company_id) if source.kind == "cash" else {}
    locked, documents = lock_source(
        session, company_id, source, parts, ahead=actor.is_staff, branches=branches
    )
    if was_applied(session, key, branches):
        return False
    check_documents(locked, documents, parts)
    put = Put(parts, source.discounts, locked.received_on)
    chosen = shares(put, documents)
    whose = {each.id: each.company_id for each in documents.values()}
    onward = by_branch(chosen, whose, branches, fact=key, at=now)
    application = Application(company_id, locked, documents, chosen, application_key(key), onward)
    check_total(application)
    _carry_out(session, application, actor, now)
    return True


def was_applied(session: Session, key: str, branches: Collection[int]) -> bool:
    """Whether a form was carried out before, on the company's own invoices or on those of any branch. One statement."""
    keys = [application_key(key), *(transfer_key(key, id) for id in branches)]
    query = select(LedgerTransaction.id).where(LedgerTransaction.posting_key.in_(keys))
    return session.scalars(query.limit(1)).one_or_none() is not None


def _carry_out(session: Session, application: Application, actor: Actor, now: datetime) -> None:
    own, source = [share.invoice_id for share in application.own], application.source
    if own:
        _post(session, application, actor, now)
    for each in application.onward:
        payment = session.get_one(Payment, source.payment_id)
        pass_to_branch(session, payment, each, actor=actor, now=now)
    _record_submitted(session, application, actor, now)
    record_paid_in_full(
        session, own, posting_key=application.key, actor=actor, now=now, payment_id=source.payment_id
    )


def _post(session: Session, application: Application, actor: Actor, now: datetime) -> None:
    source, in_order = application.source, sorted(application.own, key=lambda share: share.invoice_id)
    numbers = listed([application.documents[share.invoice_id].number for share in in_order])
    post(
        session,
        key=application.key,
        kind="application",
        company_id=application.company_id,
        currency=source.currency,
        occurred_at=now,
        sides=[
            source.side(application.own_minor),
            *(side for share in in_order for side in _sides(share, source.payment_id)),
        ],
        actor=actor,
        words=f"{source.number} applied to {numbers}",
    )


def _sides(share: Share, payment_id: int | None) -> tuple[Side, Side, Side]:
    about = {"invoice_id": share.invoice_id, "payment_id": payment_id}
    return (
        Side(RECEIVABLE, -share.to_pay_minor, **about),
        Side(DISCOUNTS, share.discount_minor, **about),
        Side(RECEIVABLE, -share.discount_minor, **about),
    )


def _record_submitted(session: Session, application: Application, actor: Actor, now: datetime) -> None:
    source = application.source
    method = "credit_memo" if source.memo_id else "unapplied_cash"
    record(
        session,
        Event(
            PaymentSubmitted(method=method, lines=len(application.shares)),
            actor=actor,
            now=now,
            key=f"payment_submitted:{application.key}",
            account_id=application.company_id,
            value_minor=application.total_minor,
            currency=source.currency,
            links={"payment_id": source.payment_id, "invoice_id": source.memo_id},
        ),
    )
