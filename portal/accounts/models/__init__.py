"""Companies, the people who work for them, and their assigned reps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Base, BigId, UTCDateTime


class Company(Base):
    """A sold-to: the business that orders and owes. Children belong to a parent (a group's branches)."""

    __tablename__ = "company"

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))
    home_store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    currency: Mapped[str] = mapped_column(server_default="USD")
    # How a PO number is asked for: free (optional), required, list (only from the company's jobs).
    po_mode: Mapped[str] = mapped_column(server_default="free")
    # Whether reps may act inside the account; the company's own admins decide.
    acting_consent: Mapped[bool] = mapped_column(server_default="true")
    # Whether its people need a second factor to work in it; its administrators decide.
    second_factor_required: Mapped[bool] = mapped_column(server_default="false")
    # Orders above it that a rep makes in somebody's name need approval (minor units of ``currency``, with tax); None: only
    # what that person may not order alone does. The company's own admins decide.
    rep_order_limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    # What the last file said of what its admins decide, too.
    from_file: Mapped[dict[str, str | int | bool | None]] = mapped_column(
        JSONB, server_default="{}", deferred=True
    )
    # What its documents say besides its name: portal/accounts/companies/rules.py; and what the last file said of that.
    bill_as: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    bill_as_told: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}", deferred=True)
    terms_days: Mapped[int] = mapped_column(server_default="30")
    phone: Mapped[str | None]
    phone_digits: Mapped[str | None]
    email: Mapped[str | None]
    account_kind: Mapped[str] = mapped_column(server_default="trade")  # trade, counter
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("now()"))

    @property
    def as_buyer(self) -> dict[str, str]:
        """Name, code and what else documents of today say of it."""
        return {"name": self.name, "code": self.code, **self.bill_as}

    __table_args__ = (
        CheckConstraint("rep_order_limit_minor >= 0", name="rep_order_limit_positive"),
        Index("ix_company_name_folded", text("fold(name) gin_trgm_ops"), postgresql_using="gin"),
        Index("ix_company_phone_digits", "phone_digits", postgresql_ops={"phone_digits": "text_pattern_ops"}),
        Index("ix_company_phone_reversed", text("reverse(phone_digits) text_pattern_ops")),
        Index("ix_company_email", text("lower(email) text_pattern_ops")),
    )


class Address(Base):
    """A ship-to of a company."""

    __tablename__ = "address"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    label: Mapped[str]
    recipient: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str]
    region: Mapped[str]
    postcode: Mapped[str]
    country: Mapped[str] = mapped_column(server_default="US")
    is_default: Mapped[bool] = mapped_column(server_default="false")

    __table_args__ = (UniqueConstraint("company_id", "label"),)


class CompanyJob(Base):
    """A job (site, project) of a company, with the PO number its orders carry."""

    __tablename__ = "company_job"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    name: Mapped[str]
    po_number: Mapped[str] = mapped_column(server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("company_id", "name"),)


class User(Base):
    """A person who signs in. Customers have memberships; staff have a kind and perhaps a store."""

    __tablename__ = "app_user"

    id: Mapped[BigId]
    email: Mapped[str] = mapped_column(unique=True)  # always lower case
    name: Mapped[str]
    phone: Mapped[str | None]
    phone_digits: Mapped[str | None]
    language: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="America/New_York")
    kind: Mapped[str]  # customer, rep, support, store, admin
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    # Deferred: a customer's request has no permission to read it.
    password_hash: Mapped[str | None] = mapped_column(deferred=True)
    # What the last file said of the person; likewise.
    from_file: Mapped[dict[str, str | int | bool | None]] = mapped_column(
        JSONB, server_default="{}", deferred=True
    )
    # Since when the person has a second factor (portal/accounts/models/second_factors.py); None: has none.
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Whether mails about documents bring them along as PDF.
    attach_documents: Mapped[bool] = mapped_column(server_default="false")
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("now()"))

    __table_args__ = (
        Index("ix_app_user_name_folded", text("fold(name) gin_trgm_ops"), postgresql_using="gin"),
        Index(
            "ix_app_user_phone_digits", "phone_digits", postgresql_ops={"phone_digits": "text_pattern_ops"}
        ),
        # All spellings of a phone number share its last digits.
        Index("ix_app_user_phone_reversed", text("reverse(phone_digits) text_pattern_ops")),
        Index("ix_app_user_email_pattern", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index(
            "ix_app_user_scattered", text("md5(id::text)"), postgresql_where=text("password_hash is not null")
        ),
    )

    @property
    def is_customer(self) -> bool:
        """True for a customer's person, False for the seller's own people."""
        return self.kind == "customer"


class Membership(Base):
    """A customer's person in a company, with one role there.

    An open invitation is disabled and has ``invited_at``, so that queries for active memberships
    (``disabled_at is null``) never return it.
    """

    __tablename__ = "membership"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True, index=True)
    role: Mapped[str]  # viewer, buyer, approver, company_admin
    # Orders above it need approval (minor units of the company's currency, with tax); None: no limit.
    order_limit_minor: Mapped[int | None] = mapped_column(BigInteger)
    # What the last file said of it: only what a file newly says changes what people decided in the portal.
    from_file: Mapped[dict[str, str | int | bool | None]] = mapped_column(
        JSONB, server_default="{}", deferred=True
    )
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    invited_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=text("now()"))

    user: Mapped[User] = relationship(lazy="raise")
    company: Mapped[Company] = relationship(lazy="raise")

    __table_args__ = (CheckConstraint("order_limit_minor >= 0", name="order_limit_positive"),)


class RepAssignment(Base):
    """A company that a sales rep looks after."""

    __tablename__ = "rep_assignment"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True, index=True)


class Delegation(Base):
    """A rep acting inside a customer's account: for whom, why, from when to when (60 minutes at most)."""

    __tablename__ = "delegation"

    id: Mapped[BigId]
    actor_user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    subject_user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), index=True)
    reason: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class UserSession(Base):
    """A signed-in browser. The cookie holds a random token, the row only its hash."""

    __tablename__ = "user_session"

    id: Mapped[BigId]
    token_hash: Mapped[bytes] = mapped_column(unique=True, deferred=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("company_job.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When the person last proved in this session who they are, and since when with a second factor.
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    user_agent: Mapped[str] = mapped_column(server_default="")
    network: Mapped[str] = mapped_column(server_default="")  # truncated address
    # Last sequence number of a touchpoint in this session; a gap means a lost touchpoint.
    touch_seq: Mapped[int] = mapped_column(server_default="0")


class StaffLookup(Base):
    """How many pages with customers' data a member of staff opened in a minute, and how many more were refused."""

    __tablename__ = "staff_lookup"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    minute: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    many: Mapped[int]
    refused: Mapped[int]

    __table_args__ = (
        CheckConstraint("many >= 0 and refused >= 0 and many + refused > 0", name="counted"),
        Index("ix_staff_lookup_minute", "minute"),
    )


class SignInAttempt(Base):
    """A wrong password or a mail that was asked for, counted to slow down guesses and floods. ``account_key``: a hash of
    what is counted together: an address, a browser, a session, a host."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[BigId]
    account_key: Mapped[bytes]
    network: Mapped[str]
    purpose: Mapped[str]  # that of a Limit or a Patience
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_sign_in_attempt_account", "account_key", "at"),
        Index("ix_sign_in_attempt_network", "network", "at"),
    )


class ResetRequest(Base):
    """An address for which a new password was asked, known or not, until the worker has looked at it."""

    __tablename__ = "reset_request"

    id: Mapped[BigId]
    email: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class OneTimeToken(Base):
    """A link sent by mail: password reset or invitation. Single use, short life, stored as a hash."""

    __tablename__ = "one_time_token"

    id: Mapped[BigId]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    purpose: Mapped[str]  # reset, invitation
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    created_by_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    company_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
