"""What a pay link asks for once the company's own credit is used, which goes first here as everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pay_links.queries import Linked
from portal.billing.pay_links.rules import Asked
from portal.billing.payments.queries.attempts import shares_of
from portal.billing.payments.rules import MOST_DOCUMENTS
from portal.billing.settlement.credit_first import Plan, plan
from portal.billing.settlement.use_cases.locks import lock_documents
from portal.billing.settlement.use_cases.own_credit import NONE, OwnCredit, own_credit, uses_credit

MOST_MEMOS = 50  # in one payment


def asked_by(session: Session, found: Linked, under_way: PaymentAttempt | None, today: date) -> Asked:
    """What the page of a link asks for. A payment through it that is under way asks for what it was begun with."""
    if under_way is not None:
        saved = sum(share.discount_minor for share in shares_of(session, under_way.id))
        return Asked(open_minor=found.open_minor, saved_minor=saved, to_pay_minor=under_way.amount_minor)
    if not found.payable:  # somebody pays it elsewhere, or the link no longer pays it
        return Asked(open_minor=found.open_minor, saved_minor=0, to_pay_minor=found.open_minor)
    return asked_for(session, found.link.company_id, found.documents, found.payable, today)


def asked_for(
    session: Session,
    company_id: int,
    documents: Sequence[OpenDocument],
    payable: Sequence[OpenDocument],
    today: date,
) -> Asked:
    """What a link to documents asks for, if ``payable`` of them can be paid. Nothing is held; four statements."""
    credit = _credit(session, company_id, payable)
    planned = plan(payable, credit.cash, credit.memos, today)
    return Asked(
        open_minor=sum(each.open_minor for each in documents),
        saved_minor=planned.saved_minor,
        to_pay_minor=planned.to_pay_minor,
    )


def lock_plan(session: Session, found: Linked, today: date) -> tuple[Plan, OwnCredit]:
    """How what can be paid by a link is covered, and the credit for it; both locked, with the documents."""
    credit = _credit(session, found.link.company_id, found.payable, lock=True)
    ids = [each.id for each in found.payable]
    locked = lock_documents(session, company_id=found.link.company_id, ids=ids)
    free = [locked[id] for id in ids if locked[id].free_minor > 0]
    return plan(free, credit.cash, credit.memos, today), credit


def _credit(
    session: Session, company_id: int, payable: Sequence[OpenDocument], *, lock: bool = False
) -> OwnCredit:
    """The company's own credit, if it wants it to be used first; not more than fits one payment."""
    if not payable or not uses_credit(session, company_id):
        return NONE
    ids = [each.id for each in payable] if lock else None
    found = own_credit(session, company_id, payable[0].currency, beside=ids)
    return OwnCredit(found.cash, found.memos[: max(0, min(MOST_MEMOS, MOST_DOCUMENTS - len(payable)))])
