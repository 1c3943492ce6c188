"""The demo's files come in without a rejected row, and the books that they make are whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.exchange.folder import import_folder
from portal.verification.run import verify
from sandbox.demo.payments import BOOKS
from sandbox.demo.world import build
from sandbox.demo.write import write
from tests.import_files import column, scalar

TODAY = date(2026, 11, 22)


@pytest.mark.slow
def test_the_demo_comes_in_and_everything_is_in_the_books(engine: Engine, tmp_path: Path) -> None:
    world = build(TODAY, seed=1, scale="small")
    write(world, tmp_path)
    report = import_folder(engine, tmp_path, datetime(2026, 11, 22, tzinfo=UTC))
    assert {name: written.rejected for name, written in report.files.items() if written.rejected} == {}
    assert verify(engine).findings == []
    since = date.fromordinal(TODAY.toordinal() - BOOKS)
    left = {bill.number: int(bill.left * 100) for bill in world.bills if bill.left and bill.issued >= since}
    said = column(
        engine, "select number || ' ' || open_minor from invoice where open_minor <> 0 order by number"
    )
    assert said == [f"{number} {minor}" for number, minor in sorted(left.items())]
    assert scalar(engine, "select count(*) from invoice_dispute") == len(
        [part for payment in world.payments for part in payment.parts if part.reason]
    )
    assert scalar(engine, "select count(*) from payment where unapplied_minor > 0") != 0
    assert column(engine, "select hold_note <> '' from credit_account where on_hold") == [True]
