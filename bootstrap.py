"""Make .venv and put pinned packages into it, with nothing but Python: ``python3 bootstrap.py [--demo | --dev]``.

Without an option that is what production needs; ``--demo`` adds a PostgreSQL and a mailbox for ``portal run``, and
``--dev`` what the tests need. A second call finds the lock file's hash in .venv/.installed and does nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".installed"
# Each of these contains the ones before it.
LOCKS = {
    "production": ROOT / "requirements.txt",
    "demo": ROOT / "requirements-demo.txt",
    "dev": ROOT / "requirements-dev.txt",
}
# Finds its own interpreter, so that neither a long path nor a moved folder breaks it.
COMMAND = """#!/bin/sh
'''exec' "$(dirname "$0")/python" "$0" "$@"
' '''
import sys

from portal.cli import main

sys.exit(main())
"""


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        return stop(
            f"Counterpart needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}. "
            "Name another one with: make PYTHON=python3.12 run"
        )
    wanted = next((name for name in LOCKS if f"--{name}" in arguments), "production")
    digests = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in LOCKS.items()}
    installed = known()
    if not PYTHON.exists():
        installed = {}
    if installed.get(wanted) == digests[wanted]:
        return 0
    return make_venv() or install(wanted, digests, installed)


def known() -> dict[str, str]:
    """What was installed, by name of the lock file; empty when that can't be told."""
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def make_venv() -> int:
    """Create .venv unless a working one is there."""
    if works():
        return 0
    say("Making .venv …")
    done = run(sys.executable, "-m", "venv", "--clear", str(VENV))
    if done.returncode:
        if "ensurepip" in done.stdout:
            shutil.rmtree(VENV, ignore_errors=True)
            return stop(
                "Python's venv module is incomplete; on Debian or Ubuntu: apt-get install python3-venv"
            )
        return stop(f"{VENV} could not be made: {last_line(done.stdout)}")
    return 0


def works() -> bool:
    try:
        return PYTHON.exists() and run(str(PYTHON), "-m", "pip", "--version").returncode == 0
    except OSError:
        return False


def install(wanted: str, digests: dict[str, str], installed: dict[str, str]) -> int:
    """Install the pinned packages and the command ``portal``."""
    say("Installing the pinned packages (about a minute, once) …")
    done = run(
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
        "--requirement",
        str(LOCKS[wanted]),
    )
    if done.returncode:
        return stop(f"The packages could not be installed; pip says: {last_line(done.stdout)}")
    # The checkout is put on the path as it is: nothing to build, and a changed file counts at once.
    site = run(str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    (Path(site) / "counterpart.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "portal"
    command.unlink(missing_ok=True)
    command.write_text(COMMAND)
    command.chmod(0o755)
    for name in LOCKS:
        installed[name] = digests[name]
        if name == wanted:
            break
    STAMP.write_text(json.dumps(installed))
    return 0


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or ["nothing"])[-1]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> int:
    say(text)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as error:
        sys.exit(stop(f"{error.filename or ROOT}: {os.strerror(error.errno or 0)}."))
    except KeyboardInterrupt:
        sys.exit(130)
