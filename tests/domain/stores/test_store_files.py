"""Regions and countries of stores and addresses in files become codes; what is none is rejected with what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.import_files import Folder


def stored(engine: Engine, table: str) -> tuple[str, str]:
    with engine.connect() as connection:
        region, country = connection.execute(text(f"select region, country from {table}")).one()
    return region, country


@pytest.mark.parametrize(
    ("region", "country", "kept"),
    [
        ("Illinois", "USA", ("IL", "US")),
        ("Ill.", "United States", ("IL", "US")),
        ("\uff29\uff2c", "US", ("IL", "US")),
        ("New South Wales", "Australia", ("NSW", "AU")),
        ("bayern", "DE", ("bayern", "DE")),
        ("", "US", ("", "US")),
    ],
)
def test_a_region_is_kept_as_its_code(
    engine: Engine, tmp_path: Path, region: str, country: str, kept: tuple[str, str]
) -> None:
    """Seen failing with the text as it was: Illinois was another region than IL."""
    folder = Folder(tmp_path / "files").only("price_lists", "stores", "companies", "addresses")
    for name in ("stores", "addresses"):
        folder.rows[name][0].update(region=region, country=country)
    assert folder.load(engine).rejected == 0
    assert stored(engine, "store") == stored(engine, "address") == kept
    assert not folder.load(engine).wrote, "the same file again changes nothing"


def test_a_slip_is_rejected_with_what_was_meant(engine: Engine, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files").only("price_lists", "stores", "companies", "addresses")
    folder.add("stores", code="CHI-02", region="Ilinois")
    folder.add("addresses", label="Site", region="Ontario")
    folder.add("addresses", label="Moon", country="The Moon")
    folder.load(engine)
    assert folder.rejected("stores") == {3: "region: no state is called Ilinois; did you mean IL (Illinois)?"}
    assert folder.rejected("addresses") == {
        3: "region: no state is called Ontario; use its code, for example AL",
        4: "country: not a country",
    }
