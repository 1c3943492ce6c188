"""What a payer asks to pay. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RequestedShare:
    """What is to be paid of an invoice (above zero) or used of a credit memo (below zero), in minor units."""

    invoice_id: int
    amount_minor: int
    short_reason: str = ""
    short_note: str = ""


@dataclass(frozen=True, slots=True)
class GroupShare:
    """What is to be paid of a branch's invoice by its parent: so much is settled, discount included."""

    branch_id: int
    branch_name: str
    branch_invoice: int
    invoice_number: str
    amount_minor: int
    discount_minor: int = 0

    @property
    def to_pay_minor(self) -> int:
        return self.amount_minor - self.discount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """A payment to be begun.

    :param amount_minor: with ``draft_id`` and no shares: the amount paid ahead for that order.
    :param on_account: ``amount_minor`` is paid ahead for no invoice in particular.
    :param group: of its branches' invoices, checked by whoever asks.
    :param run_on: the day of a scheduled payment, which reserves nothing until then.
    :param form_key: random, from the form; the same form sent twice begins one payment.
    """

    company_id: int
    shares: Sequence[RequestedShare] = ()
    via: str = "page"  # page, link, autopay, schedule
    method_kind: str = ""
    saved_method_id: int | None = None
    save_method: bool = False
    pay_link_id: int | None = None
    draft_id: int | None = None
    on_account: bool = False
    amount_minor: int | None = None
    run_on: date | None = None
    form_key: str = ""
    group: Sequence[GroupShare] = ()

    @property
    def document_ids(self) -> list[int]:
        """The invoices and credit memos that it is for."""
        return [share.invoice_id for share in self.shares]
