"""What staff type about a company's limit and terms. Parsing only; the use case decides."""

from __future__ import annotations

import re
from decimal import Decimal

from wtforms import RadioField, StringField
from wtforms.fields import SelectChoice

from portal.billing.terms.due import Terms
from portal.billing.terms.use_cases import Agreed
from portal.foundation.errors import Rejected
from portal.web.forms import MoneyField, PortalForm

DAYS = re.compile(r"[0-9]{1,3}")
PERCENT = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")
_PLAIN = {"inputmode": "decimal", "autocomplete": "off", "maxlength": "30"}


class TermsForm(PortalForm):
    """Limit, due day, discount, and what an invoice is for."""

    limit = MoneyField("Credit limit", render_kw=_PLAIN)
    kind = RadioField(
        "Invoices are due",
        choices=[
            SelectChoice("net", "A number of days after the invoice"),
            SelectChoice("eom", "A number of days after the end of its month"),
        ],
    )
    days = StringField("Days", render_kw={**_PLAIN, "inputmode": "numeric", "maxlength": "3"})
    discount = StringField(
        "Discount for paying early, %",
        render_kw=_PLAIN,
        description="Of the total with tax. Leave it empty for none.",
    )
    discount_days = StringField(
        "When paid within, days", render_kw={**_PLAIN, "inputmode": "numeric", "maxlength": "3"}
    )
    invoice_per = RadioField(
        "One invoice for",
        choices=[
            SelectChoice("shipment", "Each handover: what was collected or delivered"),
            SelectChoice("order", "The whole order, when all of it has gone"),
        ],
    )

    def show(self, agreed: Agreed, currency: str) -> None:
        """What is agreed now."""
        terms = agreed.terms
        self.limit.fill(agreed.limit_minor, currency)
        self.kind.data, self.days.data, self.invoice_per.data = (
            terms.kind,
            str(terms.days),
            agreed.invoice_per,
        )
        if terms.discount_bp:
            self.discount.data = f"{Decimal(terms.discount_bp) / 100:f}".rstrip("0").rstrip(".")
            self.discount_days.data = str(terms.discount_days)

    def agreed(self, currency: str) -> Agreed:
        """What was typed.

        :raises Rejected: on the field that cannot be read.
        """
        limit = self.limit.minor(currency)
        share = (self.discount.data or "").removesuffix("%").strip()
        if share and not PERCENT.fullmatch(share):
            raise Rejected(
                "terms", "Enter a percentage from 0 to 50, with two decimals at most.", field="discount"
            )
        points = int(Decimal(share or "0") * 100)
        within = self._days("discount_days") if points else 0
        terms = Terms(self.kind.data or "", self._days("days"), points, within)
        return Agreed(limit, terms, self.invoice_per.data or "")

    def _days(self, name: str) -> int:
        typed = self._fields[name].data or ""
        if not DAYS.fullmatch(typed):
            raise Rejected("terms", "Enter whole days, like 30.", field=name)
        return int(typed)
