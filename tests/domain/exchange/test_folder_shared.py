"""Files that other people's systems and offices really write, where they lie beside the project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.exchange.folder import import_folder
from portal.intake.dialect import AS_FOUND, Reading
from tests.import_files import NOW, Folder

INPUTS = Path(__file__).parents[4] / "shared" / "faults" / "ordering-inputs"
WESTERN = Reading(encoding="cp1252")


@pytest.mark.skipif(not INPUTS.is_dir(), reason="shared/faults/ordering-inputs is not beside this project")
@pytest.mark.parametrize(
    ("name", "added", "rejected", "reading"),
    [
        ("cp1252", 3, 0, WESTERN),
        ("cp1252", 1, 2, AS_FOUND),
        ("semicolon", 2, 0, AS_FOUND),
        ("excel-sep", 1, 0, AS_FOUND),
        ("trailing-commas", 2, 0, AS_FOUND),
        ("header-case", 1, 0, AS_FOUND),
        ("extra-column", 1, 0, AS_FOUND),
        ("yes-no", 11, 0, AS_FOUND),
        ("utf16", 1, 0, AS_FOUND),
        ("utf16le", 1, 0, AS_FOUND),
        ("names", 9, 1, AS_FOUND),  # a name of more than 200 characters
    ],
)
def test_products_come_in(
    engine: Engine, tmp_path: Path, name: str, added: int, rejected: int, reading: Reading
) -> None:
    folder = shutil.copytree(INPUTS / name, tmp_path / name)
    written = import_folder(engine, folder, NOW, reading=reading).files["products.csv"]
    assert (written.added, written.rejected) == (added, rejected)


@pytest.mark.skipif(not INPUTS.is_dir(), reason="shared/faults/ordering-inputs is not beside this project")
@pytest.mark.parametrize(("name", "added"), [("sku-characters", 14), ("slash-sku", 7)])
def test_variants_come_in(engine: Engine, tmp_path: Path, name: str, added: int) -> None:
    Folder(tmp_path / "first").load(engine)
    folder = shutil.copytree(INPUTS / name, tmp_path / name)
    written = import_folder(engine, folder, NOW).files["variants.csv"]
    assert written.added == added
    assert written.rejected == (1 if name == "sku-characters" else 0)  # 1.23E11 is too like 1.23E+11
