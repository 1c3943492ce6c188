"""A company's tax exemptions: the list, adding one with its file, withdrawing."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.billing.pages import blueprint
from portal.billing.tabs import money_tabs
from portal.billing.tax import use_cases as exempting
from portal.billing.tax.exemption_rules import REASONS, state_on
from portal.billing.tax.forms import ExemptionForm
from portal.billing.tax.page import certificate_download
from portal.billing.tax.queries.exemptions import exemption_file, exemptions_of, taxed_regions
from portal.foundation.errors import Rejected
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.security import takes_up_to
from portal.web.sessions import actor
from portal.web.transaction import books, db, now, today
from portal.web.ui import flash

# A photo of a certificate is larger than any other form; what is larger than even this is refused unread.
MAX_BODY = 16 * 1024 * 1024


@blueprint.get("/tax-exemptions", endpoint="exemptions")
@needs("payments:administer")
def exemption_list() -> str:
    """The company's certificates, and the form that adds one."""
    return _page(ExemptionForm(formdata=None))


@blueprint.post("/tax-exemptions")
@needs("payments:administer")
@takes_up_to(MAX_BODY)
def add_exemption() -> Response | tuple[str, int]:
    """Add a certificate; orders from now on carry no tax in its region."""
    form = ExemptionForm()
    form.validate()
    upload = form.file.data
    with refusing(within=books()) as tried:
        exempting.add(
            tried.session,
            actor=actor(),
            now=now(),
            today=today(),
            certificate=exempting.Certificate(
                region=form.region.data or "",
                reason=form.reason.data or "",
                number=form.number.data or "",
                valid_from=form.valid_from.data,
                valid_to=form.valid_to.data,
                file_name=(upload.filename or "") if upload else "",
                file=upload.read() if upload else b"",
            ),
        )
    if tried.refused is not None:
        _refuse(form, tried.refused)
        return _page(form), 422
    flash("ok", "The certificate is added. New orders in its state carry no sales tax while it is valid.")
    return redirect(url_for("billing.exemptions"))


def _refuse(form: ExemptionForm, no: Rejected) -> None:
    """Each problem beside its field, and the file to be chosen again."""
    problems = no.details or {}
    for name, words in problems.items():
        already = bool(name) and bool(form[name].errors)
        if not already:
            form.refuse(Rejected(no.code, words, field=name or None))
    if form.file.data and "file" not in problems:
        again = "Choose the file again. Browsers forget it when a form comes back."
        form.refuse(Rejected("file_again", again, field="file"))


@blueprint.post("/tax-exemptions/<int:exemption_id>/withdrawal")
@needs("payments:administer")
def withdraw_exemption(exemption_id: int) -> Response:
    """Do not use a certificate any more."""
    with books() as session:
        gone = exempting.withdraw(session, actor=actor(), now=now(), exemption_id=exemption_id)
        number = gone.certificate_number
    flash("ok", f"Certificate {number} is withdrawn. New orders carry sales tax again.")
    return redirect(url_for("billing.exemptions"))


@blueprint.get("/tax-exemptions/<int:exemption_id>/file")
@needs("payments:administer")
def exemption_document(exemption_id: int) -> FlaskResponse:
    """The certificate's file, to keep; never shown inside the portal."""
    return certificate_download(exemption_file(db(), actor().customer_id, exemption_id))


def _page(form: ExemptionForm) -> str:
    return render_template(
        "billing/tax/exemptions.html",
        form=form,
        exemptions=exemptions_of(db(), actor().customer_id),
        regions=taxed_regions(db()),
        reasons=REASONS,
        money_tabs=money_tabs("billing.exemptions"),
        state=lambda each: state_on(
            today(), valid_from=each.valid_from, valid_to=each.valid_to, withdrawn=each.ended_at is not None
        ),
    )
