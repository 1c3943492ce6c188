"""What people type about an address for documents. Parsing only; the use case decides."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, SelectMultipleField, widgets
from wtforms.fields import SelectChoice

from portal.accounts.document_addresses.rules import DOCUMENTS, Wish
from portal.accounts.sign_in.fields import email_field
from portal.web.forms import PortalForm


class WishForm(PortalForm):
    """What an address gets, and how."""

    delivery = RadioField(
        "How it is addressed",
        choices=[
            SelectChoice("to", "To: it is to act on the documents"),
            SelectChoice("cc", "CC: it is to know of them"),
        ],
        default="to",
    )
    kinds = SelectMultipleField(
        "Which documents",
        choices=[SelectChoice(kind, words) for kind, words in DOCUMENTS.items()],
        default=["invoice", "credit_memo", "statement", "receipt"],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    attach_pdf = BooleanField(
        "Attach the document as a PDF", default=True, description="Reminders have no document of their own."
    )
    pay_link = BooleanField(
        "Add a link to pay the invoice",
        description="Whoever has the mail can pay by card or bank debit, without an account.",
    )

    def show(self, wish: Wish) -> None:
        """What the address gets now."""
        self.delivery.data, self.kinds.data = wish.delivery, list(wish.kinds)
        self.attach_pdf.data, self.pay_link.data = wish.attach_pdf, wish.pay_link

    @property
    def wish(self) -> Wish:
        """What was typed."""
        chosen = set(self.kinds.data or ())
        kinds = tuple(kind for kind in DOCUMENTS if kind in chosen)
        return Wish(self.delivery.data or "", kinds, bool(self.attach_pdf.data), bool(self.pay_link.data))


class AddressForm(WishForm):
    """A new address."""

    email = email_field("Mail address")


class TokenForm(PortalForm):
    """What somebody who reads the mailbox confirms."""

    token = HiddenField()
