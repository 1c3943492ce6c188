"""The buttons that pay all at once: each with its sum and the address of the pay page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from portal.accounts.models import Company
from portal.billing.payments.queries.group import may_pay_group
from portal.billing.payments.queries.payable_sets import Payables, everything
from portal.billing.periods import Month
from portal.foundation.money import format_minor
from portal.web.sessions import actor
from portal.web.transaction import db, today

WORDS = {"overdue": "Pay everything overdue", "due": "Pay everything due", "open": "Pay everything open"}


@dataclass(frozen=True, slots=True)
class PayAll:
    """Words, sum and address for each set that has something to pay; and the page for the whole group, for whoever may."""

    sets: list[tuple[str, str, str]]
    group_href: str | None


def pay_all(company_id: int, currency: str) -> PayAll:
    """The buttons above the list of invoices. One statement."""
    found, is_group = everything(db(), company_id, today(), beside=may_pay_group(actor()))
    sets = [
        (WORDS[name], format_minor(each.left_minor, currency), url_for("billing.new_payment", all=name))
        for name, each in found.items()
        if each.count and not _says_the_same(name, found)
    ]
    return PayAll(sets, url_for("billing.new_group_payment") if is_group else None)


def _says_the_same(name: str, found: Mapping[str, Payables]) -> bool:
    """What is due is what is overdue, where nothing is due today."""
    return name == "due" and found["due"] == found["overdue"]


def pay_statement(company: Company, currency: str, month: Month) -> tuple[str, str, str] | None:
    """The same for what a statement in a currency shows; None where nothing of it is open or it is in another currency
    than the company pays in, and for whoever may not pay."""
    if not actor().can("invoices:pay") or currency != company.currency:
        return None
    found = everything(db(), company.id, today(), month=month)[0]["open"]
    href = url_for("billing.new_payment", statement=month.code)
    words = "Pay everything on this statement"
    return (words, format_minor(found.left_minor, currency), href) if found.count else None
