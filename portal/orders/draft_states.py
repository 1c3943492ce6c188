"""States of drafts, and of the question whether one above its person's limit may be ordered."""

from __future__ import annotations

DRAFT_STATES = ("current", "parked", "placed", "discarded")
# Somebody may still work on it. A person has one current draft in a company.
OPEN_DRAFTS = ("current", "parked")

APPROVAL_STATES = ("pending", "approved", "rejected", "withdrawn", "voided")
# Somebody else has said yes or no.
DECIDED = ("approved", "rejected")
