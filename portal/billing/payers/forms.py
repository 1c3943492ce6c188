"""What staff choose to send a document again. Parsing only."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.forms import KeyedForm


class CopyForm(KeyedForm):
    """The addresses that it goes to: of those that the company has."""

    to = SelectMultipleField(
        "To", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False
    )

    def offer(self, known: Mapping[str, str]) -> None:
        """Offer these addresses, each with whose it is."""
        self.to.choices = [SelectChoice(email, f"{name}, {email}") for email, name in known.items()]
