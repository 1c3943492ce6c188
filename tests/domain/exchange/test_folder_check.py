"""``portal import --check``: everything is read and tried, and nothing is changed."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import Engine

from portal.cli import cli
from portal.exchange.folder import import_folder
from portal.foundation.config import Settings
from portal.intake.report import Report
from tests.import_files import NOW, OPEN, OPEN_LINE, Folder, fingerprint, scalar


def checked(engine: Engine, folder: Folder) -> Report:
    return import_folder(engine, folder.write(), NOW, report=Report(for_good=False))


def test_it_tells_what_an_import_would_do_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.order("CP-999999", OPEN_LINE, **OPEN)
    folder.add("colours", number="X", hex="blue")
    before, number = fingerprint(engine), scalar(engine, "select last_value from order_number_seq")
    tried = checked(engine, folder)
    assert fingerprint(engine) == before
    assert scalar(engine, "select last_value from order_number_seq") == number
    assert not (folder.path / "rejected").exists()
    assert tried.reasons == {"colours.csv": ["row 3: hex: not a colour like #86AFC8"]}
    done = folder.load(engine)
    assert done.files == tried.files


def test_a_second_check_after_the_import_finds_nothing_to_do(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.load(engine)
    assert not checked(engine, folder).wrote


def run(settings: Settings, *arguments: object) -> tuple[int, str]:
    environment = {"DATABASE_URL": settings.database_url, "PORTAL_ENV": "development"}
    done = CliRunner().invoke(cli, ["import", *map(str, arguments)], env=environment)
    return done.exit_code, done.output


def test_the_command_says_that_it_only_checked(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    folder.add("colours", number="X", hex="blue")
    before = fingerprint(engine)
    code, said = run(settings, folder.write(), "--check")
    assert code == 2
    assert said.startswith("Checked only; nothing was changed.")
    assert "row 3: hex: not a colour like #86AFC8" in said
    assert fingerprint(engine) == before


def test_a_run_that_stops_tells_what_it_did_and_how_to_go_on(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "files").only("stores", "colours")
    folder.raw("products", b'code,name\nP1,Tray\nP2,"Tape\n')
    code, said = run(settings, folder.write())
    assert code == 1
    assert "stores.csv: 1 added" in said
    assert "The import stopped before its end." in said
    assert "products.csv: row 3 cannot be read" in said


def test_what_is_not_utf_8_says_how_to_save_it(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files", empty=True)
    folder.raw("products", "code,name\nP1,Façade\nP2,Tape\n".encode("cp1252"))
    code, said = run(settings, folder.path)
    assert code == 2
    assert "--encoding cp1252" in said
    assert run(settings, folder.path, "--encoding", "cp1252")[0] == 0


def test_saving_options_do_not_go_with_the_preset(engine: Engine, settings: Settings, tmp_path: Path) -> None:
    code, said = run(settings, "--preset", "online-retail", tmp_path, "--check")
    assert code == 2
    assert "go with a folder" in said
