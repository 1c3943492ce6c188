"""Forms with an amount beside each of several documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from portal.foundation.amounts import LONGEST, amount_field, parse_amount
from portal.foundation.errors import Rejected
from portal.foundation.inputs import read_id, read_text
from portal.foundation.secrets.handles import handle, read_handle
from portal.web.forms import KeyedForm


class Document(Protocol):
    """What has to be known of an invoice with an amount field beside it."""

    @property
    def id(self) -> int: ...
    @property
    def currency(self) -> str: ...


@dataclass(slots=True)
class AmountRows:
    """Amounts beside documents, by document id: what is in the fields, its minor units, and what is wrong with it; the
    same for discounts, of which an empty field says nothing."""

    texts: dict[int, str] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)
    discount_texts: dict[int, str] = field(default_factory=dict)
    discounts: dict[int, int] = field(default_factory=dict)
    discount_errors: dict[int, str] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        """The sum of the amounts."""
        return sum(self.parts.values())


class RowsForm(KeyedForm):
    """A form with an amount field ``amount_<handle>`` beside each of several documents, and where it has one, a field
    ``discount_<handle>``.

    :ivar rows: as they were typed or filled in; empty until then.
    """

    rows: AmountRows

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.rows = AmountRows()

    def read_rows(self, values: Mapping[str, str], documents: Iterable[Document]) -> None:
        """Read the fields of these documents; an empty one or a zero leaves the document out."""
        self.rows = AmountRows()
        for document in documents:
            text = read_text(values, f"amount_{handle('document', document.id)}", LONGEST)
            self.rows.texts[document.id] = text
            try:
                amount = parse_amount(text, document.currency) if text else 0
            except ValueError as error:
                self.rows.errors[document.id] = str(error)
                continue
            if amount:
                self.rows.parts[document.id] = amount
            self._read_discount(values, document)

    def _read_discount(self, values: Mapping[str, str], document: Document) -> None:
        text = read_text(values, f"discount_{handle('document', document.id)}", LONGEST)
        self.rows.discount_texts[document.id] = text
        try:
            if text:
                self.rows.discounts[document.id] = parse_amount(text, document.currency)
        except ValueError as error:
            self.rows.discount_errors[document.id] = str(error)

    def fill_rows(
        self,
        parts: Mapping[int, int],
        documents: Iterable[Document],
        discounts: Mapping[int, int] | None = None,
    ) -> None:
        """Show these amounts and discounts in the fields, by document id."""
        self.rows = AmountRows()
        self.add_rows(parts, documents, discounts)

    def add_rows(
        self,
        parts: Mapping[int, int],
        documents: Iterable[Document],
        discounts: Mapping[int, int] | None = None,
    ) -> None:
        """Show these amounts and discounts beside those that are there already."""
        self.rows.parts |= parts
        for document in documents:
            shown = (parts.get(document.id), (discounts or {}).get(document.id))
            amount, discount = (amount_field(each, document.currency) if each else "" for each in shown)
            self.rows.texts[document.id], self.rows.discount_texts[document.id] = amount, discount

    @staticmethod
    def ids_in(values: Mapping[str, str]) -> list[int]:
        """The documents beside which an amount was typed."""
        typed = (name for name, text in values.items() if name.startswith("amount_") and text.strip())
        found = (read_handle("document", name.removeprefix("amount_")) for name in typed)
        return [each for each in found if each is not None]

    def check_rows(self) -> None:
        """Refuse to go on with an amount that cannot be read.

        :raises Rejected: above the form; each field says what is wrong with it.
        """
        if self.rows.errors or self.rows.discount_errors:
            raise Rejected("parts", "Correct the amounts beside the invoices.")

    def refuse(self, rejected: Rejected) -> None:
        """Show a use case's refusal: beside its document, on its field, or above the form."""
        prefix, _, document_id = (rejected.field or "").rpartition("_")
        errors = {"amount": self.rows.errors, "discount": self.rows.discount_errors}.get(prefix)
        row = read_id(document_id) if errors is not None else None
        if row is None or errors is None:
            super().refuse(rejected)
        else:
            errors[row] = rejected.message
