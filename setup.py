"""Puts templates, static files and migrations into the wheel; everything else is said in pyproject.toml."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
RESOURCES = ("templates", "static", "migrations")


class BuildWithResources(build_py):
    """In a checkout these folders stand beside the package; in the wheel they stand in portal/resources."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for name in RESOURCES:
            target = Path(self.build_lib) / "portal" / "resources" / name
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))


setup(cmdclass={"build_py": BuildWithResources})
