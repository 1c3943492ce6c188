"""How much of a company's own credit goes onto which invoice before anything is charged. Pure rules, in minor units.

The oldest credit goes first, money on account before credit memos. Money on account is not put onto an invoice that has an
early-payment discount today: the discount is for paying all of it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.billing.documents.early import early_discount
from portal.billing.settlement.discounts import Document


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be settled of an invoice, and the early-payment discount in it."""

    invoice_id: int
    amount_minor: int
    saved_minor: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """A part of one source of credit for one invoice."""

    source_id: int
    invoice_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How a payment of invoices is covered, credit first.

    :ivar left: what is left of each invoice once money on account was put onto it, above zero.
    :ivar memos: what is used of which credit memo for that, above zero.
    :ivar saved_minor: early-payment discounts; none on what credit memos cover.
    """

    wanted: list[Wanted]
    left: dict[int, int]
    memos: dict[int, int]
    saved_minor: int

    @property
    def credit_minor(self) -> int:
        """What credit covers."""
        cash = sum(want.amount_minor for want in self.wanted) - sum(self.left.values())
        return cash + sum(self.memos.values())

    @property
    def to_pay_minor(self) -> int:
        """What is left to be charged."""
        return sum(self.left.values()) - self.saved_minor - sum(self.memos.values())


def plan(
    documents: Sequence[Document], cash: Sequence[tuple[int, int]], memos: Sequence[tuple[int, int]], on: date
) -> Plan:
    """How all that is free of invoices is paid on a day: the figures that beginning the payment comes to, too.

    :param cash: payments with what is free of each, the oldest first.
    :param memos: credit memos, likewise.
    """
    wanted = [
        Wanted(each.id, each.free_minor, early_discount(each, each.free_minor, on)) for each in documents
    ]
    left = {want.invoice_id: want.amount_minor for want in wanted}
    for use in cash_uses(wanted, cash):
        left[use.invoice_id] -= use.amount_minor
    shares = memo_shares(sum(left.values()), memos)
    saved = _saved(documents, left, sum(shares.values()), on)
    return Plan(wanted, {id: minor for id, minor in left.items() if minor}, shares, saved)


def _saved(documents: Sequence[Document], left: dict[int, int], by_memos: int, on: date) -> int:
    """Discounts in the order in which invoices are settled: credit memos are used for the first ones."""
    saved = 0
    for each in sorted(documents, key=lambda document: document.id):
        part = min(by_memos, left[each.id])
        saved += early_discount(each, left[each.id], on, by_memos_minor=part)
        by_memos -= part
    return saved


def cash_uses(wanted: Sequence[Wanted], sources: Sequence[tuple[int, int]]) -> list[Use]:
    """What goes from which payment onto which invoice, in the order of both.

    :param sources: payments with what is free of each, the oldest first.
    """
    uses: list[Use] = []
    left = dict(sources)
    for want in wanted:
        missing = 0 if want.saved_minor else want.amount_minor
        for payment_id, _ in sources:
            part = min(missing, left[payment_id])
            if part > 0:
                uses.append(Use(payment_id, want.invoice_id, part))
                left[payment_id] -= part
                missing -= part
    return uses


def memo_shares(due_minor: int, sources: Sequence[tuple[int, int]]) -> dict[int, int]:
    """What is used of which credit memo, above zero, the oldest first, until nothing is due.

    :param due_minor: what is left to be paid, discounts taken off.
    :param sources: memos with what is free of each, above zero, the oldest first.
    """
    shares: dict[int, int] = {}
    for memo_id, free in sources:
        part = min(free, due_minor)
        if part > 0:
            shares[memo_id] = part
            due_minor -= part
    return shares
