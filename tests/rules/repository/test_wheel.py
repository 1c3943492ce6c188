"""The wheel built from the repository is complete, holds nothing it should not, and works where it is put."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.rules.reading.source import ROOT, tracked

PROBE = """
from pathlib import Path
import portal
from portal.app import create_app
from portal.foundation.postgres import migrate
from portal.foundation.config import Settings, resource_dir

assert Path(portal.__file__).is_relative_to(Path({site!r})), portal.__file__
assert resource_dir("templates").is_relative_to(Path({site!r}))
app = create_app(Settings(database_url="postgresql://localhost/none", secret_key="-" * 40, var_dir=Path("var")))
http = app.test_client()
assert http.get("/sign-in", headers={{"Host": "127.0.0.1"}}).status_code == 200
assert http.get("/static/css/tokens.css", headers={{"Host": "127.0.0.1"}}).status_code == 200
assert migrate.head() == {head!r}
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git knows, in a folder of its own."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked():
        target = source / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    built = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = built.glob("*.whl")
    return found


@pytest.mark.slow
def test_it_holds_what_the_portal_needs_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("templates", "static", "migrations"):
        for path in tracked(folder):
            assert f"portal/resources/{path.relative_to(ROOT)}" in names
    for path in tracked("portal"):
        assert str(path.relative_to(ROOT)) in names
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"portal"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


@pytest.mark.slow
def test_it_works_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--target",
            str(site),
            str(wheel),
        ],
        check=True,
    )
    environment = {**os.environ, "PYTHONPATH": str(site)}
    head = (ROOT / "migrations" / "HEAD").read_text().strip()
    probe = PROBE.format(site=str(site), head=head)
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = subprocess.run(
        [sys.executable, site / "bin" / "portal", "--help"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Usage: portal" in shown.stdout, shown.stderr
