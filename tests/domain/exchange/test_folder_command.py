"""``portal import`` as an administrator types it: what it says and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from portal.cli import cli
from portal.exchange.folder import import_folder
from portal.foundation.config import Settings
from portal.intake.connections import import_connections
from tests.domain.exchange.test_online_retail import ROW, small
from tests.import_files import NOW, Folder, scalar


def run(settings: Settings, *arguments: object) -> tuple[int, str]:
    environment = {"DATABASE_URL": settings.database_url, "PORTAL_ENV": "development"}
    done = CliRunner().invoke(cli, ["import", *map(str, arguments)], env=environment)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def test_it_tells_what_was_added_and_then_that_nothing_was(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "files")
    code, said = run(settings, folder.write())
    assert code == 0
    assert "orders.csv: 1 added" in said
    code, said = run(settings, folder.path)
    assert code == 0
    assert "orders.csv: 0 added, 1 unchanged" in said


def test_rejected_rows_end_with_another_code_and_say_where(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "files")
    folder.add("colours", number="X", hex="blue")
    folder.raw("colors", b"number\n")
    code, said = run(settings, folder.write())
    assert code == 2
    assert "colours.csv: 1 added, 1 rejected" in said
    assert f"Rejected rows, with reasons: {folder.path / 'rejected'}" in said
    assert "colors.csv" in said


@pytest.mark.parametrize("files", [{}, {"colours": b"number,name\n"}, {"colours": b'number,name,hex\n"'}])
def test_what_stops_it_is_one_sentence(
    engine: Engine, settings: Settings, tmp_path: Path, files: dict[str, bytes]
) -> None:
    folder = Folder(tmp_path / "files", empty=True)
    for name, content in files.items():
        folder.raw(name, content)
    code, said = run(settings, folder.write())
    assert code == 1
    assert len(said.strip().splitlines()) == 1
    assert said.startswith("Error: ")


def test_the_preset_takes_a_file_and_a_limit(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    code, said = run(settings, "--preset", "online-retail", small(tmp_path, ROW), "--credit-limit", "5000.50")
    assert code == 0
    assert "lines: 1 added" in said
    assert scalar(engine, "select distinct limit_minor from credit_account") == 500_050
    assert run(settings, "--preset", "online-retail", tmp_path)[0] != 0  # a folder is no such file


@pytest.mark.parametrize(("since", "open_minor"), [("2026-03-31", 59_400), ("2026-04-01", 0)])
def test_invoices_may_stay_open_from_a_day_on(
    engine: Engine, settings: Settings, tmp_path: Path, since: str, open_minor: int
) -> None:
    code, _ = run(settings, Folder(tmp_path / "files").write(), "--unpaid-since", since)
    assert (code, scalar(engine, "select open_minor from invoice")) == (0, open_minor)
    code, said = run(settings, tmp_path / "files", "--unpaid-since", "March")
    assert code == 2
    assert "'March' does not match the format '%Y-%m-%d'" in said


def test_a_second_import_says_that_one_is_running(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files").write()
    with import_connections(engine):
        code, said = run(settings, folder)
    assert (code, said) == (
        1,
        "Error: Another import is running on this database; wait until it has finished.\n",
    )


def test_steps_are_shown_with_how_much_there_is_to_do(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    for n in range(3_000):
        folder.add("colours", number=f"N-{n}")
    folder.write()
    steps: dict[str, tuple[int, list[int]]] = {}

    def progress(name: str, total: int):  # type: ignore[no-untyped-def]
        done: list[int] = []
        steps[name] = (total, done)
        return done.append

    import_folder(engine, folder.path, NOW, progress)
    assert list(steps)[-3:] == ["orders.csv", "order_lines.csv", "writing orders"]
    for name, (total, done) in steps.items():
        assert sum(done) == total > 0, name
    assert len(steps["colours.csv"][1]) > 1
