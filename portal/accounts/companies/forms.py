"""What people type about the name and address on documents. Parsing only; the use case decides."""

from __future__ import annotations

from wtforms import StringField

from portal.accounts.companies.rules import BillAs
from portal.foundation.errors import Rejected
from portal.places.countries import country_code
from portal.web.forms import PortalForm


def _line(label: str, longest: int, autocomplete: str = "off", description: str = "") -> StringField:
    return StringField(
        label, description=description, render_kw={"maxlength": str(longest), "autocomplete": autocomplete}
    )


class BillingDetailsForm(PortalForm):
    """Legal name, billing address and tax number."""

    legal_name = _line("Legal name", 160, "organization", "As in the register. Empty: the name above.")
    line1 = _line("Street or P.O. box", 120, "address-line1")
    line2 = _line("Floor, suite, building", 120, "address-line2")
    city = _line("City", 80, "address-level2")
    region = _line("State or province", 40, "address-level1")
    postcode = _line("ZIP or postal code", 20, "postal-code")
    country = _line("Country", 60, "country", "Two letters, like US, CA or DE.")
    tax_number = _line("Tax number", 40, "off", "As it should be printed, such as a VAT number or an EIN.")

    def show(self, known: BillAs) -> None:
        """Fill in what is known."""
        for name in BillAs.__slots__:
            self._fields[name].data = getattr(known, name)

    @property
    def typed(self) -> BillAs:
        """What was typed.

        :raises Rejected: on the field that cannot be read.
        """
        values = {name: self._fields[name].data or "" for name in BillAs.__slots__}
        return BillAs(**{**values, "country": _country(values["country"])})


def _country(typed: str) -> str:
    code = country_code(typed) if typed else ""
    if code is None:
        raise Rejected("country", "Enter the two letters of a country, like US.", field="country")
    return code
