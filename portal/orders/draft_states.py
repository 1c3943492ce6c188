"""States of drafts, and of requests to approve one above its person's limit."""

from __future__ import annotations

DRAFT_STATES = ("current", "parked", "placed", "discarded")
# Somebody may still work on it. A person has one current draft in a company.
OPEN_DRAFTS = ("current", "parked")

APPROVAL_STATES = ("pending", "approved", "rejected", "withdrawn", "voided")
# Another person has decided.
DECIDED = ("approved", "rejected")
