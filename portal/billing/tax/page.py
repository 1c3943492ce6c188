"""A certificate, as customers and staff see it, and its file."""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import current_app

from portal.billing.models.tax import TaxExemption
from portal.billing.tax.exemption_rules import ExemptionPolicy, state_on
from portal.foundation.config import Settings
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.touch import viewed
from portal.web.transaction import today


def state_today(exemption: TaxExemption) -> tuple[str, str]:
    """Words and tone of a certificate today."""
    return state_on(today(), exemption)


def exemption_policy() -> ExemptionPolicy:
    """The seller's settings."""
    settings: Settings = current_app.extensions["settings"]
    return ExemptionPolicy(settings.exempt_at_once, settings.exemption_years)


def certificate_download(exemption: TaxExemption) -> FlaskResponse:
    """A certificate's file as an attachment: what somebody uploaded is never run as a page of ours."""
    viewed(
        DocumentDownloaded(document="tax_exemption", format=exemption.file_type.rpartition("/")[2]),
        account_id=exemption.company_id,
    )
    answer = FlaskResponse(exemption.file, mimetype=exemption.file_type)
    answer.headers.set("Content-Disposition", "attachment", filename=exemption.file_name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
