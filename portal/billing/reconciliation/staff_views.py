"""Where the books and Stripe differ, and having them compared now."""

from __future__ import annotations

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.pages import staff_blueprint
from portal.billing.reconciliation.queries import open_differences
from portal.billing.reconciliation.use_cases.runs import RECONCILE
from portal.billing.reconciliation.words import KINDS
from portal.foundation.jobs import defer
from portal.web.access import needs
from portal.web.transaction import db
from portal.web.ui import flash

DAYS = 35  # how far back a run on request looks


@staff_blueprint.get("/billing/reconciliation", endpoint="reconciliation")
@needs("billing:manage")
def show_differences() -> str:
    """What does not agree, oldest first."""
    return render_template(
        "billing/reconciliation/reconciliation.html",
        differences=open_differences(db()),
        kinds=KINDS,
        days=DAYS,
        cards=current_app.extensions["stripe"] is not None,
    )


@staff_blueprint.post("/billing/reconciliation", endpoint="reconcile_now")
@needs("billing:manage")
def create_run() -> Response:
    """Have the worker compare both sides now."""
    defer(db(), RECONCILE, {"days": DAYS})
    flash("ok", "The books are being compared with Stripe. Look again in a minute.")
    return redirect(url_for("billing_staff.reconciliation"))
