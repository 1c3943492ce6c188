"""Checks over the tables of all domains."""

from __future__ import annotations

from portal.foundation.check import Check
from portal.verification.ownership import mixed_rows

CHECKS = (
    Check(
        "own_company",
        "Orders, their lines and events, drafts, approvals and sessions belong to the company of what they hang on.",
        mixed_rows(money=False),
    ),
    Check(
        "own_company_money",
        "Documents, postings, payments and what hangs on them belong to the company of what they hang on.",
        mixed_rows(money=True),
    ),
)
