"""What an amount of money settles of an invoice: the early-payment discount in it. Pure rules, in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.billing.documents.early import Discounted, agreed_discount, early_discount
from portal.billing.settlement.split import Share
from portal.foundation.errors import Rejected
from portal.foundation.money import format_minor


class Document(Discounted, Protocol):
    """An open invoice, with what can be paid of it now."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def free_minor(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Put:
    """Money that a person puts onto invoices, by their ids, and the discounts that they typed; a discount that was not
    typed follows from the terms.

    :ivar on: when the money was received: by that day the discount is judged.
    """

    money: Mapping[int, int]
    discounts: Mapping[int, int]
    on: date | None  # None: it is no money, and earns no discount

    @property
    def total_minor(self) -> int:
        return sum(self.money.values())


def shares(put: Put, documents: Mapping[int, Document], *, at_most: int | None = None) -> list[Share]:
    """What is settled of each invoice. Whoever puts all that is open of an invoice onto it saves the discount, too, where
    the money would not reach otherwise.

    :param at_most: the money that there is; None where the discount is taken in any case.
    :raises Rejected: ``discount_<id>`` for a discount that was not agreed, or does not settle its invoice.
    """
    whole = at_most is None or put.total_minor > at_most
    return [_share(put, documents[id], money, whole=whole) for id, money in put.money.items()]


def money_in(shares: list[Share]) -> int:
    """What the shares take of the money."""
    return sum(share.to_pay_minor for share in shares)


def _share(put: Put, document: Document, money: int, *, whole: bool) -> Share:
    left = document.free_minor
    offered = early_discount(document, left, put.on) if put.on is not None else 0
    typed = put.discounts.get(document.id)
    if offered and (money == left - offered or (whole and money == left)):
        if typed in (None, offered):
            return Share(document.id, left, offered)
        raise _refused(document, f"It is {format_minor(offered, document.currency)} by the agreed terms.")
    if not typed or typed == offered:
        return Share(document.id, money)  # a part, or all of it without the discount
    _check(document, money, typed)
    return Share(document.id, money + typed, typed)


def _check(document: Document, money: int, discount: int) -> None:
    """A discount beyond the day is the seller's to give, up to what was agreed."""
    most, left = agreed_discount(document, document.free_minor), document.free_minor
    if discount > most:
        words = (
            f"At most {format_minor(most, document.currency)} was agreed. Credit the rest, or leave it open."
        )
        raise _refused(document, words)
    if money + discount != left:
        together, open_words = (format_minor(each, document.currency) for each in (money + discount, left))
        raise _refused(document, f"With it {together} is settled, but {open_words} is open.")


def _refused(document: Document, words: str) -> Rejected:
    return Rejected("discount", words, field=f"discount_{document.id}")
