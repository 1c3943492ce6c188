"""payments.csv, made to break the import."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.import_files import Folder, column

HEADER = b"number,company_code,received_on,kind,amount,reference\n"
REST = b",C1,2026-04-20,cheque,1.00,17\n"


@pytest.mark.parametrize("number", [b"CH\x001", b"CH-\xff\xfe", b"CH-\xed\xa0\xbd", b"=1+1", b"9" * 400])
def test_a_payment_whose_number_is_none_is_a_rejected_row(
    engine: Engine, tmp_path: Path, number: bytes
) -> None:
    """Seen failing with NUL: a traceback, after the orders were in."""
    folder = Folder(tmp_path / "files")
    folder.rows["orders"][0]["paid"] = "no"
    folder.raw("payments", HEADER + number + REST + b"CH-2" + REST)
    report = folder.load(engine)
    assert (report.files["payments.csv"].added, report.files["payments.csv"].rejected) == (1, 1)
    assert column(engine, "select number from payment") == ["CH-2"]
