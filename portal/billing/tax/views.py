"""A company's tax exemptions: the list, handing one in with its file, withdrawing."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.pages import blueprint
from portal.billing.tabs import money_tabs
from portal.billing.tax.exemption_rules import REASONS
from portal.billing.tax.forms import ExemptionForm
from portal.billing.tax.page import certificate_download, exemption_policy, state_today
from portal.billing.tax.queries.exemptions import exemption_file, exemptions_of, taxed_regions
from portal.billing.tax.use_cases.hand_in import add_exemption, withdraw_exemption
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.security import takes_up_to
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash

# A photo of a certificate is larger than any other form; what is larger than even this is refused unread.
MAX_BODY = 16 * 1024 * 1024
# By whether it counts before we have looked at it.
ADDED = {
    False: "The certificate is added. We look at it and write to you; until then your orders carry sales tax.",
    True: "The certificate is added. New orders in its state carry no sales tax while it is valid.",
}


@blueprint.get("/tax-exemptions", endpoint="exemptions")
@needs("payments:administer")
def show_exemptions() -> str:
    """The company's certificates, and the form that adds one."""
    return _page(ExemptionForm(formdata=None))


@blueprint.post("/tax-exemptions", endpoint="add_exemption")
@needs("payments:administer")
@takes_up_to(MAX_BODY)
def create_exemption() -> Response | tuple[str, int]:
    """Hand a certificate in."""
    form, policy = ExemptionForm(), exemption_policy()
    form.validate()
    with refusing(form, within=books()) as tried:
        add_exemption(
            tried.session,
            actor=actor(),
            now=now(),
            today=today(),
            certificate=form.certificate(),
            policy=policy,
        )
    if tried.refused is not None:
        return _page(form), 422
    flash("ok", ADDED[policy.at_once])
    return redirect(url_for("billing.exemptions"))


@blueprint.post("/tax-exemptions/<handle(exemption):exemption_id>/withdrawal", endpoint="withdraw_exemption")
@needs("payments:administer")
def exemption_withdrawal(exemption_id: int) -> Response:
    """Withdraw a certificate."""
    with books() as session:
        gone = withdraw_exemption(session, actor=actor(), now=now(), exemption_id=exemption_id)
        number = gone.certificate_number
    flash("ok", f"Certificate {number} is withdrawn. New orders carry sales tax.")
    return redirect(url_for("billing.exemptions"))


@blueprint.get("/tax-exemptions/<handle(exemption):exemption_id>/file", endpoint="exemption_document")
@needs("payments:administer")
def show_certificate(exemption_id: int) -> FlaskResponse:
    """The certificate's file, to keep; never shown inside the portal."""
    return certificate_download(exemption_file(db(), actor().customer_id, exemption_id))


def _page(form: ExemptionForm) -> str:
    return render_template(
        "billing/tax/exemptions.html",
        form=form,
        exemptions=exemptions_of(db(), actor().customer_id),
        regions=taxed_regions(db()),
        at_once=exemption_policy().at_once,
        reasons=REASONS,
        money_tabs=money_tabs("billing.exemptions"),
        state=state_today,
    )
