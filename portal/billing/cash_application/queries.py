"""What a company has that can be put onto invoices: unapplied cash and open credit memos."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.billing.invoices.queries.open_documents import open_documents
from portal.billing.settlement.queries import Credit, unapplied_cash
from portal.foundation.errors import NotFound


def credits_of(session: Session, company_id: int, *, ahead: bool) -> list[Credit]:
    """Unapplied cash first, then credit memos, oldest first. Two statements.

    :param ahead: with money that was paid ahead for an order.
    """
    memos = [
        Credit("memo", each.id, each.number, "Credit memo", each.currency, each.issued_on, -each.free_minor)
        for each in open_documents(session, company_id, kind="credit_memo")
        if each.free_minor < 0
    ]
    return [*unapplied_cash(session, company_id, ahead=ahead), *memos]


def credit_named(session: Session, company_id: int, name: str, *, ahead: bool) -> Credit:
    """One of them by its name, ``cash-7`` or ``memo-12``.

    :raises NotFound: when the company has none such that something is left of.
    """
    found = next((each for each in credits_of(session, company_id, ahead=ahead) if each.name == name), None)
    if found is None:
        raise NotFound
    return found
