"""What is typed to write off a small difference, and to choose the invoices that money or credit is for. Parsing only."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from portal.billing.invoices.queries.choice import AGES, Wanted
from portal.billing.invoices.remittance import LONGEST
from portal.foundation.inputs import read_number, read_text
from portal.web.amount_rows import RowsForm
from portal.web.forms import KeyedForm

MOST_PAGES = 9  # digits


class WriteOffForm(KeyedForm):
    """Why it is written off."""

    reason = StringField("Why", render_kw={"maxlength": "200", "autocomplete": "off"})


class ChoiceForm(RowsForm):
    """Amounts beside invoices, with the ways to find more of them. Which button was pressed is ``step``: ``take`` reads the
    numbers, ``show`` and ``page-<n>`` show others; what was typed stays."""

    numbers = TextAreaField(
        "Invoice numbers",
        render_kw={
            "maxlength": str(LONGEST),
            "rows": "3",
            "autocomplete": "off",
            "autocapitalize": "characters",
            "spellcheck": "false",
        },
    )
    q = StringField("Number, PO, order or job", render_kw={"maxlength": "100", "autocomplete": "off"})
    age = SelectField(
        "Age", choices=[SelectChoice(value, words) for value, words in AGES.items()], validate_choice=False
    )

    def wanted(self, step: str, shown: str = "") -> Wanted:
        """Which page of open invoices is asked for.

        :param shown: the page that was shown before; a new filter begins at the first one.
        """
        page = step.removeprefix("page-") if step.startswith("page-") else "1" if step == "show" else shown
        age = self.age.data or ""
        number = read_number(page, digits=MOST_PAGES) or 1
        return Wanted(self.q.data or "", age if age in AGES else "", number)

    def show_asked(self, query: Mapping[str, str]) -> None:
        """Show the filter of an address."""
        self.q.data = read_text(query, "q", 100)
        age = query.get("age", "")
        self.age.data = age if age in AGES else ""
