"""Files are found with their nouns and read in one order; doubles are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.intake.collected import all_specs, in_order, references
from portal.intake.lookups import Lookup, References
from portal.intake.spec import Spec


def spec(file: str) -> Spec:
    found = next(each for each in all_specs() if each.file == file)
    assert isinstance(found, Spec)
    return found


def test_files_are_read_by_their_place() -> None:
    """Seen failing with the order of the modules' names."""
    stores, jobs = spec("stores.csv"), spec("jobs.csv")
    assert in_order([jobs, stores]) == (stores, jobs)


def test_two_files_cannot_share_a_name() -> None:
    """Seen failing without the check: the rows of one of them were never read."""
    stores = spec("stores.csv")
    with pytest.raises(ValueError, match=r"Two files are called stores\.csv; give one of them another name"):
        in_order([stores, replace(stores, order=11)])


def test_two_files_cannot_share_a_place() -> None:
    """Seen failing without the check: one of them was left out."""
    stores = spec("stores.csv")
    with pytest.raises(ValueError, match=r"stores\.csv and shops\.csv have the same place 10"):
        in_order([stores, replace(stores, file="shops.csv")])


def test_two_lookups_cannot_share_a_name() -> None:
    """Seen failing without the check: the later one was asked."""
    stores = Lookup("stores", "store", lambda connection: {})
    with pytest.raises(ValueError, match="Two lookups are called stores; give one of them another name"):
        References([stores, stores])


def test_every_lookup_that_a_file_needs_exists() -> None:
    """Seen failing with ``needs=("store",)`` in stock.csv."""
    known = references()
    for each in all_specs():
        if isinstance(each, Spec):
            own = each.own_reference
            assert {*each.needs} <= known.names, each.file
            assert own is None or own.among in each.needs, each.file
