"""The notes below the totals of a printed invoice or credit memo. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.billing.documents.letterhead import Letterhead, Note, link
from portal.foundation.wording import date_words


def exemption_note(exemption: Mapping[str, object]) -> Note:
    """Why there is no sales tax: the certificate, and how long it is valid."""
    part = {name: str(exemption.get(name) or "") for name in ("region", "reason", "certificate_number")}
    days = [str(exemption.get(name) or "") for name in ("valid_from", "valid_to")]
    valid = f", valid {' to '.join(date_words(date.fromisoformat(day)) for day in days)}" if all(days) else ""
    words = f"No sales tax in {part['region']}: {part['reason']}, certificate {part['certificate_number']}{valid}."
    return {"title": "Tax exemption", "lines": [words]}


def reason_note(reason: str) -> Note:
    """Why the document was issued."""
    return {"title": "Why", "lines": [reason]}


def credit_note(number: str, head: Letterhead) -> Note:
    """How to use what is left of a credit memo."""
    return {
        "title": "How to use this credit",
        "lines": [
            "Choose it when you pay invoices, and it is taken off.",
            link("See it at", _address(number, head)),
        ],
    }


def payment_note(number: str, head: Letterhead) -> Note:
    """How to pay what is open of an invoice."""
    return {
        "title": "How to pay",
        "lines": [link("Online:", _address(number, head)), *offline_lines(number, head)],
    }


def offline_lines(number: str, head: Letterhead) -> list[str]:
    """How to pay by transfer and by cheque, as far as the seller's settings say where to."""
    of = head.identity
    bank = [f"{name}: {value}" for name, value in of.bank]
    place = of.remit_to or ((of.legal_name or head.seller, *of.address) if of.address else ())
    lines = ["By transfer to " + ", ".join(bank)] if bank else []
    if place:
        lines.append("By cheque to " + ", ".join(place))
    if not lines:
        return [f"By cheque or transfer: please give the number {number}."]
    return [*lines, f"Please give the number {number}."]


def _address(number: str, head: Letterhead) -> str:
    return f"{head.portal_url}/invoices/{number}"
