"""Where the books and Stripe differ, and having them compared now."""

from __future__ import annotations

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.pages import staff_blueprint
from portal.billing.reconciliation.forms import AcknowledgmentForm
from portal.billing.reconciliation.queries import acknowledged_differences, open_differences
from portal.billing.reconciliation.use_cases.acknowledge import acknowledge_difference
from portal.billing.reconciliation.use_cases.runs import RECONCILE
from portal.billing.reconciliation.words import KINDS
from portal.foundation.jobs import defer
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import db, now
from portal.web.ui import flash

DAYS = 35  # how far back a run on request looks


@staff_blueprint.get("/billing/reconciliation", endpoint="reconciliation")
@needs("billing:manage")
def show_differences() -> str:
    """What does not agree, oldest first."""
    return _page()


@staff_blueprint.post("/billing/reconciliation/acknowledgments", endpoint="acknowledge_difference")
@needs("billing:manage")
def create_acknowledgment() -> Response | tuple[str, int]:
    """Close a difference with a reason."""
    form = AcknowledgmentForm()
    form.validate()
    with refusing(form) as tried:
        acknowledge_difference(
            db(), actor=actor(), key=form.key.data or "", reason=form.reason.data or "", now=now()
        )
    if tried.refused is not None:
        return _page(form), 422
    flash("ok", "It is acknowledged, and listed again only if it changes.")
    return redirect(url_for("billing_staff.reconciliation"), 303)


def _page(form: AcknowledgmentForm | None = None) -> str:
    return render_template(
        "billing/reconciliation/reconciliation.html",
        differences=open_differences(db()),
        acknowledged=acknowledged_differences(db()),
        form=form,
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
