"""Checks over the tables of all domains."""

from __future__ import annotations

from portal.foundation.check import Check
from portal.foundation.postgres import rights
from portal.verification.ownership import mixed_rows

CHECKS = (
    Check(
        "rights",
        "The roles that customers' requests run as are there, with what the migrations gave them: run portal migrate.",
        rights.absent_sql(),
    ),
    Check(
        "rights_beyond",
        "These roles have nothing that no migration gave them: take it away with revoke, or drop policy.",
        rights.surplus_sql(),
    ),
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
