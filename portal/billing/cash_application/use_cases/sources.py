"""Where the money of an application comes from: unapplied cash or a credit memo, under lock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.billing.cash_application.rules import Source
from portal.billing.chart_of_accounts import RECEIVABLE, UNAPPLIED
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.ledger.use_cases import Side
from portal.billing.settlement.queries import pending_refunds_minor
from portal.billing.settlement.use_cases.locks import lock_documents, lock_payment
from portal.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class LockedSource:
    """A source under lock: how much of it is free, and the side that it gives."""

    number: str
    currency: str
    free_minor: int
    payment_id: int | None
    memo_id: int | None
    received_on: date | None = None  # of cash

    def side(self, amount_minor: int) -> Side:
        """The side of a posting that takes an amount out of it."""
        if self.memo_id is not None:
            return Side(RECEIVABLE, amount_minor, invoice_id=self.memo_id)
        return Side(UNAPPLIED, amount_minor, payment_id=self.payment_id)


def lock_source(
    session: Session,
    company_id: int,
    source: Source,
    parts: Mapping[int, int],
    *,
    ahead: bool,
    branches: Collection[int] = (),
) -> tuple[LockedSource, dict[int, OpenDocument]]:
    """Lock a source and the documents that it is applied to.

    :param branches: to whose invoices cash may be applied, too.
    :param ahead: whether cash that was paid for an order may be used for something else.
    :raises NotFound: for another company's money or documents, or a source that is no credit memo.
    """
    if source.kind == "cash":
        payment = lock_payment(session, company_id=company_id, payment_id=source.id)
        documents = lock_documents(session, company_id=[company_id, *branches], ids=parts)
        free = payment.unapplied_minor - pending_refunds_minor(session, payment.id)
        if payment.draft_id is not None and not ahead:
            free = 0  # it was paid for an order and goes to that order's invoice
        source_of = LockedSource(
            payment.number, payment.currency, free, payment.id, None, payment.received_on
        )
        return source_of, documents
    documents = lock_documents(session, company_id=company_id, ids=[source.id, *parts])
    memo = documents.pop(source.id)
    if memo.kind != "credit_memo":
        raise NotFound
    return LockedSource(memo.number, memo.currency, -memo.free_minor, None, memo.id), documents
