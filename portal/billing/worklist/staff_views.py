"""The worklist of accounts receivable."""

from __future__ import annotations

from flask import render_template, request, url_for

from portal.billing.chargebacks.queries import open_chargebacks
from portal.billing.chargebacks.words import CHARGEBACK_STATES
from portal.billing.disputes.queries import open_disputes
from portal.billing.invoices.words import DISPUTE_REASONS, due_words
from portal.billing.pages import staff_blueprint
from portal.billing.worklist.queries import counts, oldest_cash, overdue_companies
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.transaction import db, today

DISPUTES_SHOWN = 10


@staff_blueprint.get("/billing")
@needs("billing:manage")
def worklist() -> str:
    """Overdue companies a page at a time, and the oldest of everything else."""
    after = request.args.get("after")
    page = overdue_companies(db(), today(), after=after)
    return render_template(
        "billing/worklist/worklist.html",
        page=page,
        counts=counts(db()),
        disputes=open_disputes(db(), actor(), limit=DISPUTES_SHOWN),
        cash=oldest_cash(db()),
        chargebacks=open_chargebacks(db()),
        chargeback_states=CHARGEBACK_STATES,
        reasons=DISPUTE_REASONS,
        due_words=due_words,
        today=today(),
        reconciliation_href=url_for("billing_staff.reconciliation"),
        first_href=url_for("billing_staff.worklist") if after else None,
        next_href=url_for("billing_staff.worklist", after=page.next_cursor) if page.next_cursor else None,
    )
