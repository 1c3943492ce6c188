"""The buyer on documents: legal name, billing address and tax number. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from portal.accounts.companies.rules import BillAs
from portal.billing.documents.letterhead import address_lines


def billed_to(copy: Mapping[str, str], current: Mapping[str, str]) -> dict[str, str]:
    """What a document says of its buyer: what was known when it was issued, or, where that was a name alone, what is
    known today."""
    return dict(copy) if BillAs.of(copy).stored else {**copy, **current}


def buyer_lines(party: Mapping[str, str]) -> list[str]:
    """The buyer on lines of its own, the legal name first."""
    of, name = BillAs.of(party), party.get("name", "")
    also = name if of.legal_name and of.legal_name != name else ""
    country = "" if of.country == "US" else of.country
    tax = f"Tax number {of.tax_number}" if of.tax_number else ""
    lines = [of.legal_name or name, also, *address_lines(asdict(of)), country]
    return [line for line in (*lines, tax, f"Customer number {party.get('code', '')}") if line]
