"""One box for everything: one statement for all kinds of things, each by its index.

Only the readings that fit what was typed are in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from portal.accounts.sight import Companies, sight_of, sight_values
from portal.desk.lookup.queries.readings import OF_ADMINISTRATORS, READINGS, readings_of
from portal.desk.lookup.question import Question, after
from portal.foundation.actor import Actor
from portal.foundation.wording import fold, fold_like

PER_KIND = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One result. ``ref`` opens it: an order, invoice or payment number, a company code, a person's company, a SKU."""

    kind: str  # order, invoice, payment, company, person, product
    why: str  # number, po, sku, name, similar (to the name), code, phone, email, reference, amount, card
    exact: bool
    ref: str
    title: str
    company: str
    status: str
    fulfilment: str
    at: datetime | None
    amount_minor: int | None
    currency: str
    note: str
    phone: str
    email: str
    company_id: int | None
    person_id: int | None


# Until the end of the transaction: left to choose, the planner plans eight readings every time (2 ms), and prefers a
# scan of a small company table to the index on its names, because it takes comparing names for free (another 2 ms).
_PLAN_ONCE = text("select set_config('plan_cache_mode', 'force_generic_plan', true)")


def look_up(session: Session, actor: Actor, question: Question) -> list[Found]:
    """Everything that the text can mean, exact matches first; one statement, and one about its plan.

    Orders, companies and people are found as far as the actor sees them; products are everybody's.
    """
    may = actor.can("billing:manage")
    readings = tuple(name for name in readings_of(question) if may or name not in OF_ADMINISTRATORS)
    if not readings:
        return []
    session.execute(_PLAN_ONCE)
    rows = session.execute(_statement(readings, sight_of(actor).companies), _values(question, actor))
    found = _distinct(Found(*row) for row in rows)
    # The newest order first; the others keep the order of their similarity.
    return sorted(found, key=lambda each: (not each.exact, -each.at.timestamp() if each.at else 0.0))


def _distinct(results: Iterable[Found]) -> list[Found]:
    """Each thing once, exact if any reading found it exactly; similar names only where nothing else matches."""
    by_identity: dict[tuple[str, str, str], Found] = {}
    for result in results:
        identity = (result.kind, result.ref, result.title)
        known = by_identity.get(identity)
        if known is None or (result.exact and not known.exact):
            by_identity[identity] = result
    matching = [each for each in by_identity.values() if each.why != "similar"]
    return matching or list(by_identity.values())


@cache
def _statement(readings: tuple[str, ...], companies: Companies) -> TextClause:
    return text(" union all ".join(f"({READINGS[name].sql(companies)})" for name in readings))


def _values(question: Question, actor: Actor) -> dict[str, str | int | bool | None]:
    number, own_number = question.order_numbers
    invoice, memo = question.invoice_numbers
    phone, bare = question.phone, question.phone_without_country
    mail = question.text.lower() if question.is_mail else ""
    return {
        "many": PER_KIND,
        **sight_values(actor),
        "number": number,
        "number_end": after(number),
        "own_number": own_number,
        "own_number_end": after(own_number),
        "invoice": invoice,
        "memo": memo,
        "names_invoice": question.names_invoice,
        "key": question.key,
        "key_end": after(question.key),
        "words": fold(question.words),
        "like": fold_like(question.words),
        "phone": phone,
        "phone_end": after(phone),
        "phone_bare": bare,
        "phone_back": bare[::-1],
        "phone_back_end": after(bare[::-1]),
        "mail": mail,
        "mail_end": after(mail),
        "payment": question.payment.numbers[0],
        "own_payment": question.payment.numbers[1],
        "names_payment": question.key.startswith("PAY"),
        "reference": question.payment.reference,
        "amount": question.payment.amount_minor,
        "last4": question.payment.last4,
    }
