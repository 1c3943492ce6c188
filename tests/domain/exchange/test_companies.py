"""companies.csv: what a file leaves alone that says nothing of it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from tests.import_files import Folder, column

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


def test_the_file_says_why_to_staff_only(engine: Engine, tmp_path: Path) -> None:
    """Seen failing: the reason "for staff" stood where the customer's pages, refusals and mails read theirs."""
    folder = Folder(tmp_path / "files")
    folder.rows["companies"][0] |= {"credit_hold": "yes", "hold_reason": "Owner is insolvent"}
    folder.load(engine)
    state = (
        "select on_hold || '|' || hold_reason || '|' || hold_note || '|' || held_by_name from credit_account"
    )
    assert column(engine, state) == ["true||Owner is insolvent|"]
    with engine.begin() as connection:
        connection.execute(
            text(
                "update credit_account set hold_reason = 'Pay INV-1 and call us', held_by_name = 'Maria Chen'"
            )
        )
    folder.rows["companies"][0]["hold_reason"] = "Owner is insolvent, two years"
    folder.load(engine)
    assert column(engine, state) == ["true|Pay INV-1 and call us|Owner is insolvent, two years|Maria Chen"]
    folder.rows["companies"][0] |= {"credit_hold": "no", "hold_reason": ""}
    folder.load(engine)
    assert column(engine, state) == ["false|||"]
