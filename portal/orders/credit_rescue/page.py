"""What the review shows when credit does not cover the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.billing.credit.queries.freed import Payable
from portal.billing.models.credit import CreditAccount
from portal.billing.payers.queries import Recipient
from portal.billing.payments.page import stripe
from portal.orders.credit_rescue.ahead import ahead_minor
from portal.orders.credit_rescue.queries import (
    RescueOptions,
    RescueStatus,
    Shortfall,
    is_needed,
    other_approvers,
    rescue_options,
    rescue_status,
)
from portal.orders.drafts.lines import Line
from portal.orders.drafts.queries import DraftHead
from portal.web.sessions import actor
from portal.web.transaction import db, today
from portal.web.urls import href_if

OTHERS_SHOWN = 6  # open invoices besides those that are suggested


@dataclass(frozen=True, kw_only=True)
class CreditHelp:
    """What the review shows about credit.

    :ivar options: None if credit covers the order.
    :ivar offered: invoices to pay.
    :ivar pay_href: where invoices are paid; None if they cannot be paid online.
    :ivar card_href: where the order is paid by card; None if it cannot be.
    :ivar card_minor: what is to be paid there, in minor units.
    """

    status: RescueStatus
    options: RescueOptions | None
    offered: list[Payable]
    approvers: list[Recipient]
    may_pay: bool
    pay_href: str | None
    card_href: str | None
    card_minor: int


def credit_help(
    head: DraftHead, lines: Sequence[Line], total_minor: int, credit: CreditAccount | None
) -> CreditHelp:
    """What the review shows about credit: one statement, three more if it does not cover the order."""
    company = head.company
    status = rescue_status(db(), company_id=company.id, draft_id=head.id, person_id=actor().user_id)
    needed = bool(lines) and is_needed(credit, total_minor)
    options = rescue_options(db(), _shortfall(head, lines, total_minor, credit)) if needed else None
    to_pay = ahead_minor(total_minor, status.paid_minor, credit) if credit else 0
    return CreditHelp(
        status=status,
        options=options,
        offered=_offered(options) if options and credit else [],
        approvers=other_approvers(db(), actor(), company.id) if needed else [],
        may_pay=actor().can("invoices:pay"),
        pay_href=href_if("billing.new_payment") if stripe() else None,
        card_href=href_if("orders.pay_by_card", draft_id=head.id) if stripe() and to_pay > 0 else None,
        card_minor=to_pay,
    )


def _shortfall(
    head: DraftHead, lines: Sequence[Line], total_minor: int, credit: CreditAccount | None
) -> Shortfall:
    return Shortfall(
        company_id=head.company.id,
        credit=credit,
        lines=lines,
        total_minor=total_minor,
        currency=head.company.currency,
        today=today(),
    )


def _offered(options: RescueOptions) -> list[Payable]:
    """The suggested invoices and a few of the others, the oldest first."""
    others = [each.id for each in options.payable if each.id not in options.suggested][:OTHERS_SHOWN]
    return [each for each in options.payable if each.id in options.suggested or each.id in others]
