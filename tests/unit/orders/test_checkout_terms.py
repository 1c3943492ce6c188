"""PO numbers."""

from __future__ import annotations

import pytest

from portal.orders.checkout.terms import po_of, po_problem


@pytest.mark.parametrize(
    ("mode", "typed", "job_po", "has_job", "po", "problem"),
    [
        ("free", "", None, False, "", None),
        ("free", "", "J-1", True, "J-1", None),
        ("free", "7731", "J-1", True, "7731", None),
        ("required", "", None, False, "", "po_number"),
        ("required", "", "J-1", True, "J-1", None),
        ("list", "7731", None, False, "", "job_id"),
        ("list", "7731", "J-1", True, "J-1", None),
        ("free", "x" * 41, None, False, "x" * 41, "po_number"),
    ],
)
def test_po_numbers(
    mode: str, typed: str, job_po: str | None, has_job: bool, po: str, problem: str | None
) -> None:
    found = po_of(mode, typed, job_po)
    assert found == po
    refused = po_problem(mode, found, has_job)
    assert (refused[0] if refused else None) == problem
