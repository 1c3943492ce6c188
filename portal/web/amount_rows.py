"""Forms with an amount beside each of several documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from portal.foundation.amounts import LONGEST, amount_field, parse_amount
from portal.foundation.errors import Rejected
from portal.foundation.inputs import read_id, read_text
from portal.web.forms import KeyedForm


class Document(Protocol):
    """What has to be known of an invoice with an amount field beside it."""

    @property
    def id(self) -> int: ...
    @property
    def currency(self) -> str: ...


@dataclass(slots=True)
class AmountRows:
    """Amounts beside documents, by document id: what is in the fields, its minor units, and what is wrong with it."""

    texts: dict[int, str] = field(default_factory=dict)
    parts: dict[int, int] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)

    @property
    def total_minor(self) -> int:
        """The sum of the amounts."""
        return sum(self.parts.values())


class RowsForm(KeyedForm):
    """A form with an amount field ``amount_<id>`` beside each of several documents.

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
            text = read_text(values, f"amount_{document.id}", LONGEST)
            self.rows.texts[document.id] = text
            try:
                amount = parse_amount(text, document.currency) if text else 0
            except ValueError as error:
                self.rows.errors[document.id] = str(error)
                continue
            if amount:
                self.rows.parts[document.id] = amount

    def fill_rows(self, parts: Mapping[int, int], documents: Iterable[Document]) -> None:
        """Show these amounts in the fields, by document id."""
        self.rows = AmountRows(parts=dict(parts))
        for document in documents:
            amount = parts.get(document.id)
            self.rows.texts[document.id] = amount_field(amount, document.currency) if amount else ""

    def check_rows(self) -> None:
        """Refuse to go on with an amount that cannot be read.

        :raises Rejected: above the form; each field says what is wrong with it.
        """
        if self.rows.errors:
            raise Rejected("parts", "Correct the amounts beside the invoices.")

    def refuse(self, rejected: Rejected) -> None:
        """Show a use case's refusal: beside its document, on its field, or above the form."""
        prefix, _, document_id = (rejected.field or "").rpartition("_")
        row = read_id(document_id) if prefix == "amount" else None
        if row is None:
            super().refuse(rejected)
        else:
            self.rows.errors[row] = rejected.message
