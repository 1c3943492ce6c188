"""The worklist of accounts receivable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, request, url_for

from portal.billing.chargebacks.queries import OpenChargeback, open_chargebacks
from portal.billing.chargebacks.words import CHARGEBACK_STATES
from portal.billing.disputes.queries import DisputeRow, open_disputes
from portal.billing.invoices.words import DISPUTE_REASONS, due_words
from portal.billing.pages import staff_blueprint
from portal.billing.worklist.queries import (
    Counts,
    FailedRefund,
    OverdueCompany,
    UnappliedPayment,
    counts,
    failed_refunds,
    oldest_unapplied,
    overdue_companies,
)
from portal.foundation.paging import Page
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, today

DISPUTES_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class WorklistPage:
    """What the worklist shows: a page of overdue companies, and the oldest of everything else."""

    page: Page[OverdueCompany]
    counts: Counts
    disputes: list[DisputeRow]
    cash: list[UnappliedPayment]
    refunds: list[FailedRefund]
    chargebacks: Sequence[OpenChargeback]
    chargeback_states: Mapping[str, tuple[str, str]]
    reasons: Mapping[str, str]
    today: date
    first_href: str | None
    next_href: str | None


@staff_blueprint.get("/billing", endpoint="worklist")
@needs("billing:manage")
def show_worklist() -> str:
    """Overdue companies a page at a time, and the oldest of everything else."""
    after = request.args.get("after")
    page = overdue_companies(db(), today(), after=after)
    waiting = counts(db())
    shown = WorklistPage(
        page=page,
        counts=waiting,
        disputes=open_disputes(db(), actor(), limit=DISPUTES_SHOWN),
        cash=oldest_unapplied(db()),
        refunds=failed_refunds(db()) if waiting.refunds else [],
        chargebacks=open_chargebacks(db()),
        chargeback_states=CHARGEBACK_STATES,
        reasons=DISPUTE_REASONS,
        today=today(),
        first_href=url_for("billing_staff.worklist") if after else None,
        next_href=url_for("billing_staff.worklist", after=page.next_cursor) if page.next_cursor else None,
    )
    return render_template("billing/worklist/worklist.html", shown=shown, due_words=due_words)
