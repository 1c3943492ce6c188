"""What is applied to which invoices, and whether both sides have as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.billing.cash_application.use_cases.sources import LockedSource
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.settlement.split import Share
from portal.billing.settlement.use_cases.group_on import PassedOn
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.money import format_minor


@dataclass(frozen=True, slots=True)
class Application:
    """An application that passed its checks."""

    company_id: int
    source: LockedSource
    documents: Mapping[int, OpenDocument]
    shares: Sequence[Share]
    key: str
    onward: Sequence[PassedOn] = ()  # what goes to branches

    @property
    def total_minor(self) -> int:
        return sum(share.to_pay_minor for share in self.shares)

    @property
    def own(self) -> list[Share]:
        """What is put onto the company's own invoices."""
        return [each for each in self.shares if self.documents[each.invoice_id].company_id == self.company_id]

    @property
    def own_minor(self) -> int:
        return sum(share.to_pay_minor for share in self.own)


def check_documents(
    source: LockedSource, documents: Mapping[int, OpenDocument], parts: Mapping[int, int]
) -> None:
    """The amounts beside invoices, one by one.

    :raises Rejected: on ``amount_<invoice id>``; ``nothing``.
    :raises NotFound: for what is no invoice.
    """
    if not parts:
        raise Rejected("nothing", "Enter an amount for at least one invoice.")
    for id, amount in parts.items():
        document = documents.get(id)
        if document is None or document.kind != "invoice":
            raise NotFound
        if document.currency != source.currency:
            raise Rejected("currency", "This invoice is in another currency.", field=f"amount_{id}")
        if not 0 < amount <= document.free_minor:
            raise Rejected("too_much", _too_much(document), field=f"amount_{id}")


def check_total(application: Application) -> None:
    """All of them together.

    :raises Rejected: ``not_enough``.
    """
    source, total = application.source, application.total_minor
    if total > source.free_minor:
        asked = format_minor(total, source.currency)
        free = format_minor(max(source.free_minor, 0), source.currency)
        message = f"These amounts come to {asked}, but only {free} of {source.number} can be used."
        raise Rejected("not_enough", message, outcome="conflict")


def _too_much(document: OpenDocument) -> str:
    free = format_minor(max(document.free_minor, 0), document.currency)
    if document.spoken_minor:
        return f"At most {free} of {document.number}: a payment for the rest of it is under way."
    return f"At most {free}: no more of {document.number} is open."
