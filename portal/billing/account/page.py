"""A company's account, as its own people and staff see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import render_template

from portal.billing.account import charts, words
from portal.billing.account.queries.overview import Account
from portal.billing.invoices import words as invoice_words


@dataclass(frozen=True, slots=True)
class Further:
    """A page that belongs to the account."""

    title: str
    href: str
    text: str
    icon: str


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    """What the page of an account shows.

    :ivar with_method: whether the reader may know by which card or account was paid.
    :ivar list_href: makes the address of the list of invoices of a query.
    :ivar payment_href: the page of a payment, if the reader may see it.
    :ivar credit_href: what counts against the credit limit, line by line.
    :ivar pay_href: None where nobody can pay; the others likewise.
    """

    account: Account
    today: date
    with_method: bool
    list_href: Callable[..., str]
    invoice_endpoint: str
    payment_href: Callable[[Any], str | None]
    credit_href: str
    pay_href: str | None = None
    credits_href: str | None = None
    all_payments_href: str | None = None
    further: list[Further] = field(default_factory=list)


def render_account(template: str, shown: AccountPage, **more: object) -> str:
    """The page; ``more`` is what one of its two readers sees besides."""
    return render_template(
        template, shown=shown, charts=charts, words=words, invoice_words=invoice_words, **more
    )
