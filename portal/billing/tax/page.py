"""A certificate, as customers and staff see it, and its file."""

from __future__ import annotations

from flask import Response as FlaskResponse

from portal.billing.models.tax import TaxExemption
from portal.billing.tax.exemption_rules import state_on
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.touch import viewed
from portal.web.transaction import today


def state_today(exemption: TaxExemption) -> tuple[str, str]:
    """Words and tone of a certificate today."""
    return state_on(
        today(),
        valid_from=exemption.valid_from,
        valid_to=exemption.valid_to,
        withdrawn=exemption.ended_at is not None,
    )


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
