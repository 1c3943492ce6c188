"""What opens a dispute, as a row."""

from __future__ import annotations

from portal.billing.invoices.new_dispute import DISPUTE_COLUMNS, MAX_NOTE, NewDispute
from portal.billing.models.disputes import InvoiceDispute
from tests.builders import NOW


def _row(reason: str, note: str) -> dict[str, object]:
    return NewDispute(1, 2, 500, "USD", reason, note, "Dana Ortiz", NOW).row()


def test_a_note_is_cut_and_a_reason_is_known() -> None:
    """Seen failing without the cut, and with the reason taken as it comes."""
    row = _row("price", "x" * (MAX_NOTE + 1))
    assert (row["reason"], row["note"]) == ("price", "x" * MAX_NOTE)
    assert _row("revenge", "")["reason"] == "other"


def test_every_column_of_an_open_dispute_is_written() -> None:
    """Seen failing without ``attempt_id``. How a dispute ended is written when it is closed."""
    columns = {column.name for column in InvoiceDispute.__table__.columns}
    closing = {"closed_at", "closed_by_name", "outcome", "answer", "credit_memo_id"}
    assert set(DISPUTE_COLUMNS) == set(_row("price", "")) == columns - closing - {"id"}
