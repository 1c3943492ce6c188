"""People who must not speak about paying a company's invoices."""

from __future__ import annotations

from portal.accounts.models import Company
from portal.foundation.actor import Actor
from tests.builders import Build

OUTSIDERS = ("viewer", "acting", "other")


def outsider(build: Build, company: Company, role: str) -> Actor:
    """A viewer, a rep who acts, or another company's buyer."""
    if role == "acting":
        rep = build.rep(company)
        stay = build.delegation(rep, build.user(company), company)
        return build.actor(rep, company, delegation_id=stay.id)
    home = build.company() if role == "other" else company
    return build.actor(build.user(home), home, "viewer" if role == "viewer" else "buyer")
