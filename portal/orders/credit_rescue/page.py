"""What the review shows when credit does not cover the order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.billing.models.credit import CreditAccount
from portal.billing.payments.page import stripe
from portal.orders.credit_rescue.queries import WaysOut, is_needed, since, ways_out
from portal.orders.credit_rescue.use_cases.credit_requests import approvers
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import DraftHead
from portal.web.sessions import actor
from portal.web.transaction import db, today
from portal.web.urls import href_if

OTHERS_SHOWN = 6  # open invoices besides those that are suggested


def credit_help(
    head: DraftHead, lines: Sequence[Line], total_minor: int, credit: CreditAccount | None
) -> dict[str, Any]:
    """What the review's template needs about credit: one statement, three more when it does not reach.

    ``ways`` is None while it does.
    """
    company = head.company
    found = since(db(), company_id=company.id, draft_id=head.id, person_id=actor().user_id)
    ways, people = None, []
    if lines and is_needed(credit, total_minor):
        ways = ways_out(
            db(),
            company_id=company.id,
            credit=credit,
            lines=lines,
            total_minor=total_minor,
            currency=company.currency,
            today=today(),
        )
        people = approvers(db(), actor(), company.id)
    return {
        "since": found,
        "ways": ways,
        "offered": _offered(ways) if ways and credit else [],
        "approvers": people,
        "may_pay": actor().can("invoices:pay"),
        "pay_href": href_if("billing.new_payment") if stripe() else None,
        "card_href": href_if("orders.pay_by_card", draft_id=head.id) if stripe() and credit else None,
    }


def _offered(ways: WaysOut) -> list[Any]:
    """The suggested invoices and a few of the others, the oldest first."""
    others = [each.id for each in ways.payable if each.id not in ways.suggested][:OTHERS_SHOWN]
    return [each for each in ways.payable if each.id in ways.suggested or each.id in others]
