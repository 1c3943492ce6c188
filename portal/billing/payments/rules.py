"""How much of each document can be paid, and why less is refused. Pure rules, in minor units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portal.billing.documents.early import early_discount
from portal.billing.payments.document import Document
from portal.billing.payments.new_payment import RequestedShare
from portal.billing.settlement.split import Share, due_now
from portal.billing.stripe.amounts import to_stripe
from portal.foundation.errors import Rejected
from portal.foundation.inputs import refuse_longer
from portal.foundation.money import format_minor

# Why less than the open amount is paid. "later" disputes nothing; every other reason opens a dispute.
SHORT_REASONS = {
    "price": "The price is not what was agreed",
    "quantity": "Something is missing",
    "damaged": "Something was damaged",
    "not_received": "It did not arrive",
    "tax": "The tax is wrong",
    "other": "Something else",
    "later": "We pay the rest later (no dispute)",
}
METHODS = {"card": "Card", "us_bank_account": "Bank debit"}
LONGEST_NOTE = 1000
MOST_DOCUMENTS = 1_000  # in one payment


@dataclass(frozen=True, slots=True)
class _Claim:
    """A requested share and its document, of which payments under way take ``taken_minor``."""

    document: Document
    requested: RequestedShare
    taken_minor: int

    @property
    def left(self) -> int:
        return self.document.open_minor - self.taken_minor

    @property
    def is_memo(self) -> bool:
        return self.document.kind == "credit_memo"

    @property
    def credit(self) -> int:
        """What a credit memo can cover of the invoices; zero of an invoice."""
        return max(0, -max(self.requested.amount_minor, self.left)) if self.is_memo else 0


def allocate(
    documents: Mapping[int, Document],
    taken: Mapping[int, int],
    requested: Sequence[RequestedShare],
    today: date,
    *,
    must_explain: bool,
) -> tuple[list[Share], list[Rejected]]:
    """The shares that can be had, and why the others are refused. Credit memos are used as far as there is something
    to pay with them.

    :param taken: what payments under way take, by document.
    :param must_explain: whether paying less than is left of an invoice needs a reason.
    """
    shares: list[Share] = []
    refusals: list[Rejected] = []
    claims = [_Claim(documents[each.invoice_id], each, taken.get(each.invoice_id, 0)) for each in requested]
    by_memos = sum(claim.credit for claim in claims)
    # Invoices in the order in which they are settled: credit memos are used for the first ones.
    for claim in sorted(claims, key=lambda each: (each.is_memo, each.document.id)):
        try:
            share = (
                _memo_share(claim, due_now(shares))
                if claim.is_memo
                else _invoice_share(claim, today, must_explain, by_memos)
            )
        except Rejected as no:
            refusals.append(no)
            continue
        if share.amount_minor:
            shares.append(share)
            by_memos -= min(by_memos, max(0, share.amount_minor))
    return shares, refusals


def _memo_share(claim: _Claim, due_minor: int) -> Share:
    wanted = claim.requested.amount_minor
    if claim.left == 0:
        raise _nothing_left(claim)
    if not claim.left <= wanted < 0:
        raise _too_high(claim.document, -claim.left, "is left of")
    return Share(claim.document.id, -min(-wanted, max(0, due_minor)))


def _invoice_share(claim: _Claim, today: date, must_explain: bool, by_memos: int) -> Share:
    document, left, asked = claim.document, claim.left, claim.requested
    if left == 0:
        raise _nothing_left(claim)
    amount, saved = discounted(document, asked.amount_minor, left, today, by_memos=by_memos)
    if not 0 < amount <= left:
        raise _too_high(document, left, "can be paid of")
    if amount == left:
        return Share(document.id, amount, saved)
    if must_explain and asked.short_reason not in SHORT_REASONS:
        rest = format_minor(left - amount, document.currency)
        raise Rejected(
            "short_reason_missing",
            f"{rest} of {document.number} stays open. Say why.",
            field=f"reason_{document.number}",
        )
    refuse_longer(asked.short_note, LONGEST_NOTE, field=f"note_{document.number}")
    return Share(document.id, amount, 0, asked.short_reason, asked.short_note)


def discounted(
    document: Document, amount: int, left: int, today: date, *, by_memos: int = 0
) -> tuple[int, int]:
    """What of the invoice is settled, and the early-payment discount in it: given when all of it is paid in time and at
    once, whether or not the payer has subtracted it. An invoice that a refund reopened does not get it again.

    :param by_memos: what credit memos can cover of it; the discount is on the rest.
    """
    without = early_discount(document, left, today)
    saved = early_discount(document, left, today, by_memos_minor=min(by_memos, left))
    return (left, saved) if amount in (left, left - saved, left - without) else (amount, 0)


def capped(amount: int, left: int) -> int:
    """An amount, cut down to what is left of its document; of the same sign or zero."""
    return max(0, min(amount, left)) if amount > 0 else min(0, max(amount, left))


def check_total(total: int, currency: str, *, has_purpose: bool) -> None:
    """Refuse a total that Stripe cannot charge.

    :param has_purpose: whether there is anything to pay for.
    :raises Rejected: if nothing was chosen, or the total cannot be charged.
    """
    if not has_purpose:
        raise Rejected("nothing_chosen", "Choose at least one invoice to pay.")
    if total < 0:
        raise Rejected(
            "memos_too_high", "The credit memos are more than the invoices. Use less of them or add invoices."
        )
    try:
        to_stripe(total, currency)
    except ValueError as error:
        raise Rejected("amount_not_payable", str(error)) from error


def _nothing_left(claim: _Claim) -> Rejected:
    number, field = claim.document.number, f"amount_{claim.document.number}"
    if claim.taken_minor:
        message = f"A payment for {number} is under way: continue it or cancel it."
        return Rejected("payment_under_way", message, field=field, outcome="conflict")
    words = "used up" if claim.document.kind == "credit_memo" else "paid"
    return Rejected("settled", f"{number} is {words} already.", field=field)


def _too_high(document: Document, most: int, verb: str) -> Rejected:
    return Rejected(
        "amount_too_high",
        f"Type an amount up to {format_minor(most, document.currency)}: that {verb} {document.number}.",
        field=f"amount_{document.number}",
    )
