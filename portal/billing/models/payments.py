"""Paying: attempts (what was tried) and payments (what came in)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Sequence, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.billing.payment_states import LIVE, TRANSITIONS
from portal.foundation.db import Base, BigId, UTCDateTime
from portal.foundation.sql import sql_list

# As ``offline_payments.rules.plain_reference`` compares references.
PLAIN_REFERENCE = "ltrim(regexp_replace(lower(reference), '[^a-z0-9]', '', 'g'), '0')"
payment_number = Sequence("payment_number_seq", start=100001, metadata=Base.metadata)


class PaymentAttempt(Base):
    """One attempt to pay through Stripe. Its states are in ``portal/billing/payment_states.py``.

    ``idempotency_key`` is random, written before Stripe is asked and used for every repeat: one key, one charge.
    """

    __tablename__ = "payment_attempt"

    id: Mapped[BigId]
    token: Mapped[str] = mapped_column(unique=True)  # its address; random
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    # invoices; draft (an order that credit does not cover); account (a sum ahead); setup (save a method);
    # group (a parent's payment for its branches, see group_allocation)
    purpose: Mapped[str]
    via: Mapped[str] = mapped_column(server_default="page")  # page, link, autopay, schedule
    state: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)  # what Stripe is to take
    currency: Mapped[str]
    livemode: Mapped[bool] = mapped_column(server_default="false")
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    method_kind: Mapped[str] = mapped_column(
        server_default=""
    )  # card, us_bank_account, or what the payer chooses
    saved_method_id: Mapped[int | None] = mapped_column(ForeignKey("saved_method.id"))
    save_method: Mapped[bool] = mapped_column(server_default="false")
    stripe_customer_id: Mapped[str | None]
    checkout_session_id: Mapped[str | None] = mapped_column(unique=True)
    checkout_url: Mapped[str | None]
    payment_intent_id: Mapped[str | None] = mapped_column(unique=True)
    draft_id: Mapped[int | None] = mapped_column(BigInteger)
    pay_link_id: Mapped[int | None] = mapped_column(ForeignKey("pay_link.id"))
    run_on: Mapped[date | None]  # scheduled: not before this day
    failure_code: Mapped[str] = mapped_column(server_default="")
    failure_words: Mapped[str] = mapped_column(server_default="")
    tries: Mapped[int] = mapped_column(server_default="0")
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(server_default="")
    payer_email: Mapped[str] = mapped_column(server_default="")  # as it was, for Stripe's page
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # of its Checkout page
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # Stripe was last asked about it
    declines: Mapped[int] = mapped_column(server_default="0")  # cards that were declined on its page

    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("purpose in ('invoices','draft','account','setup','group')", name="purpose_known"),
        CheckConstraint("via in ('page','link','autopay','schedule')", name="via_known"),
        CheckConstraint(f"state in {sql_list(TRANSITIONS)}", name="state_known"),
        Index("ix_payment_attempt_company", "company_id", "created_at", "id"),
        Index(
            "ix_payment_attempt_hanging", "checked_at", postgresql_where=text(f"state in {sql_list(LIVE)}")
        ),
        Index(
            "ix_payment_attempt_payer_email",
            text("lower(payer_email)"),
            postgresql_where=text("payer_email <> ''"),
        ),
        Index("ix_payment_attempt_scheduled", "run_on", postgresql_where=text("state = 'scheduled'")),
        Index(
            "uq_payment_attempt_autopay",
            "company_id",
            "run_on",
            unique=True,
            postgresql_where=text("via = 'autopay'"),
        ),
    )


class PaymentAllocation(Base):
    """What an attempt is for: so much of this invoice (above zero) or of this credit memo (below zero).

    While the attempt is created, open or processing, that much of the document is spoken for.
    """

    __tablename__ = "payment_allocation"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempt.id"), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True, index=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    discount_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # Why less than the open amount is paid; opens a dispute when the money is there.
    short_reason: Mapped[str] = mapped_column(server_default="")
    short_note: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        CheckConstraint("discount_minor >= 0", name="discount_not_negative"),
    )


class GroupAllocation(Base):
    """What a parent's attempt pays of a branch's invoice, once its money is there.

    The invoice is another company's: its number and the branch's name are copies, which the parent may read.
    ``settled_minor`` is what was settled of it, None until then.
    """

    __tablename__ = "group_allocation"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("payment_attempt.id"), primary_key=True)
    branch_invoice: Mapped[int] = mapped_column(
        BigInteger, primary_key=True
    )  # another company's: no foreign key
    company_id: Mapped[int] = mapped_column(BigInteger)  # the parent's
    branch_id: Mapped[int] = mapped_column(BigInteger)
    branch_name: Mapped[str]
    invoice_number: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    discount_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    settled_minor: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("discount_minor between 0 and amount_minor", name="discount_within_amount"),
        CheckConstraint("settled_minor between 0 and amount_minor", name="settled_within_amount"),
    )


class Payment(Base):
    """Money that came in. What became of it is in the ledger; ``unapplied_minor`` and ``refunded_minor`` are
    kept by the database in the statement that posts."""

    __tablename__ = "payment"

    id: Mapped[BigId]
    number: Mapped[str] = mapped_column(unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    kind: Mapped[str]  # card, us_bank_account, cheque, transfer, cash, opening
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("payment_attempt.id"), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    received_on: Mapped[date]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    method_words: Mapped[str] = mapped_column(server_default="")  # "Visa ending 4242", "Cheque 1007"
    reference: Mapped[str] = mapped_column(server_default="")
    payment_intent_id: Mapped[str | None] = mapped_column(unique=True)
    charge_id: Mapped[str | None] = mapped_column(unique=True)
    balance_transaction_id: Mapped[str | None] = mapped_column(unique=True)
    fee_minor: Mapped[int | None] = mapped_column(BigInteger)  # what Stripe kept; unknown until it says so
    unapplied_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    draft_id: Mapped[int | None] = mapped_column(BigInteger)  # paid ahead for this draft and its order
    # It was paid ahead for this draft, whose order ended before it was used up.
    ended_draft_id: Mapped[int | None] = mapped_column(BigInteger)
    return_asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the company wants it back
    return_asked_by_name: Mapped[str] = mapped_column(server_default="")
    actor_user_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(server_default="")
    note: Mapped[str] = mapped_column(server_default="")
    # Money outside Stripe that never was: recorded, and taken back.
    reversed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reversal_reason: Mapped[str] = mapped_column(server_default="")  # bounced, mistake
    reversal_note: Mapped[str] = mapped_column(server_default="")
    # Of a branch: the parent's payment that its money came with.
    group_payment: Mapped[int | None] = mapped_column(BigInteger)  # another company's: no foreign key
    method_fingerprint: Mapped[str] = mapped_column(server_default="")  # Stripe's, of the card or account

    __table_args__ = (
        CheckConstraint(
            "(reversed_at is null) = (reversal_reason = '') and reversal_reason in ('','bounced','mistake')",
            name="reversal_has_a_reason",
        ),
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("unapplied_minor between 0 and amount_minor", name="unapplied_within_amount"),
        CheckConstraint("refunded_minor between 0 and amount_minor", name="refunds_within_amount"),
        Index("ix_payment_company", "company_id", "received_at", "id"),
        Index("ix_payment_group", "group_payment", postgresql_where=text("group_payment is not null")),
        Index("ix_payment_reference", text(PLAIN_REFERENCE), postgresql_where=text("reference <> ''")),
        Index("ix_payment_amount", "amount_minor", "id"),
        Index(
            "ix_payment_last4",
            text('"right"(method_words, 4)'),
            postgresql_where=text("kind in ('card','us_bank_account')"),
        ),
        Index("ix_payment_unapplied", "company_id", "id", postgresql_where=text("unapplied_minor > 0")),
        Index(
            "ix_payment_ended_draft", "ended_draft_id", postgresql_where=text("ended_draft_id is not null")
        ),
    )
