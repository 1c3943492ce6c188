"""Import files that somebody made to break the import."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from portal.foundation.config import Settings
from tests.domain.exchange.test_command import run
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


@pytest.mark.parametrize("limit", ["much", "", "NaN", "Infinity", "-5", "1e99", "0x10"])
def test_a_limit_that_is_no_amount_is_one_sentence(
    engine: Engine, settings: Settings, tmp_path: Path, limit: str
) -> None:
    """Seen failing with what is no number: a traceback."""
    code, said = run(settings, "--preset", "online-retail", tmp_path, "--credit-limit", limit)
    assert code in (1, 2)
    assert "Error: " in said
    assert column(engine, "select code from company") == []


STANDS = (
    "select acting_consent || ' ' || on_hold || ' ' || hold_reason "
    "from company c join credit_account a on a.company_id = c.id"
)


def test_a_file_that_says_nothing_lifts_no_hold_and_gives_no_consent(engine: Engine, tmp_path: Path) -> None:
    """Yesterday's file again, after an administrator has put the account on hold and the company has locked reps out.
    Seen failing: the second run lifted the hold, and let the reps in again."""
    folder = Folder(tmp_path / "files")
    folder.load(engine)
    assert column(engine, STANDS) == ["true false "]
    with engine.begin() as connection:
        connection.execute(
            text("update credit_account set on_hold = true, hold_reason = 'Two cheques came back'")
        )
        connection.execute(text("update company set acting_consent = false"))
    assert not folder.load(engine).wrote
    assert column(engine, STANDS) == ["false true Two cheques came back"]
    folder.rows["companies"][0] |= {"credit_hold": "no", "acting_consent": "yes"}
    assert folder.load(engine).files["companies.csv"].changed == 1
    assert column(engine, STANDS) == ["true false "]
    assert not folder.load(engine).wrote
