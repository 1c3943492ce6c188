"""Under which PO number an order goes: rules without tables."""

from __future__ import annotations

from portal.foundation.inputs import length_problem

MAX_PO = 40


def po_problem(mode: str, po_number: str, has_job: bool) -> tuple[str, str] | None:
    """Field and sentence if the company's rule for PO numbers is not met, else None.

    ``free``: may be empty. ``required``: may not. ``list``: comes from one of the company's jobs.
    """
    too_long = length_problem(po_number, MAX_PO, "the PO number")
    if too_long:
        return "po_number", too_long
    if mode == "required" and not po_number:
        return "po_number", "Your company needs a PO number on each order."
    if mode == "list" and not has_job:
        return "job_id", "Choose a job. Your company takes its PO numbers from its jobs."
    return None


def po_of(mode: str, typed: str, job_po: str | None) -> str:
    """The PO number that an order carries: what was typed, else the job's; in ``list`` mode always the job's."""
    if mode == "list":
        return job_po or ""
    return typed or job_po or ""
