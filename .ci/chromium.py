"""See that the browser tests have a Chromium; install Debian's where that is possible, or say how to get one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW = "The browser tests need Chromium: install the package chromium, or set CHROMIUM to a browser's path."


def found() -> str | None:
    """Path of a Chromium, or None."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given if os.access(given, os.X_OK) else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    if found():
        return 0
    if os.environ.get("CHROMIUM") or not (shutil.which("apt-get") and os.geteuid() == 0):
        print(HOW, file=sys.stderr)
        return 1
    print("Installing Chromium for the browser tests …", file=sys.stderr)
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"]):
        done = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
        if done.returncode:
            print(HOW, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
