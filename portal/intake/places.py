"""Countries and regions in files: codes, however they are written."""

from __future__ import annotations

from portal.intake.cells import Wrong, not_a, text
from portal.intake.tables import Row
from portal.places.countries import country_code
from portal.places.regions import UnknownRegion, checked_region, region_code

_any_text = text(40)


def country(raw: str) -> str:
    """A country's two letters, or its name."""
    code = country_code(raw)
    if code is None:
        raise not_a("country")
    return code


def region(raw: str) -> str:
    """A region without its country, as tax goes by it: the code of a state or province, else its name in upper case."""
    try:
        return checked_region(_any_text(raw)).upper()
    except UnknownRegion as no:
        raise Wrong(str(no)) from None


def region_of(row: Row) -> str:
    """The code of the column ``region`` in the row's ``country``; the row is rejected when the country has no such
    region."""
    v = row.values
    try:
        return region_code(v["region"] or "", v["country"] or "")
    except UnknownRegion as no:
        row.wrong("region", str(no))
        return ""
