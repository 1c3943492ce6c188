"""What people type about tax exemptions. Parsing only; use cases decide."""

from __future__ import annotations

from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from portal.billing.tax.exemption_rules import MAX_NOTE, MAX_NUMBER, MAX_REGION, REASONS, Certificate
from portal.billing.tax.use_cases.hand_in import CertificateRefused
from portal.foundation.errors import Rejected
from portal.web.forms import PortalForm


class ExemptionForm(PortalForm):
    """A certificate and its file."""

    region = StringField(
        "State", render_kw={"maxlength": str(MAX_REGION), "list": "regions", "autocomplete": "off"}
    )
    reason = SelectField(
        "Reason",
        choices=[
            SelectChoice("", "Choose"),
            *(SelectChoice(value, words) for value, words in REASONS.items()),
        ],
        validate_choice=False,
    )
    number = StringField(
        "Certificate number", render_kw={"maxlength": str(MAX_NUMBER), "autocomplete": "off"}
    )
    valid_from = DateField("Valid from", [Optional()])
    valid_to = DateField("Valid until", [Optional()])
    file = FileField("The certificate", render_kw={"accept": ".pdf,.png,.jpg,.jpeg"})

    def certificate(self) -> Certificate:
        """What was typed and uploaded."""
        upload = self.file.data
        return Certificate(
            region=self.region.data or "",
            reason=self.reason.data or "",
            number=self.number.data or "",
            valid_from=self.valid_from.data,
            valid_to=self.valid_to.data,
            file_name=(upload.filename or "") if upload else "",
            file=upload.read() if upload else b"",
        )

    def refuse(self, rejected: Rejected) -> None:
        """Show each problem on its field, unless the field has one already, and ask for the file again."""
        problems = rejected.problems if isinstance(rejected, CertificateRefused) else {"": rejected.message}
        for name, words in problems.items():
            if not name or not self[name].errors:
                super().refuse(Rejected(rejected.code, words, field=name or None))
        if self.file.data and "file" not in problems:
            words = "Choose the file again. Browsers forget it when a form comes back."
            super().refuse(Rejected("file_again", words, field="file"))


class ReasonForm(PortalForm):
    """Why a certificate is refused or ended."""

    reason = TextAreaField("Why", render_kw={"rows": "3", "maxlength": str(MAX_NOTE)})
