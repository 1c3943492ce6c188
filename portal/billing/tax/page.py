"""A certificate's file, as customers and staff download it."""

from __future__ import annotations

from flask import Response as FlaskResponse

from portal.billing.models.tax import TaxExemption
from portal.touchpoints.facts import DocumentDownloaded
from portal.web.touch import viewed


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
