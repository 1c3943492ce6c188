"""Invoices and credit memos: what was charged for, as it was charged."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, Sequence, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.billing.chart_of_accounts import DOCUMENTS
from portal.foundation.db import Base, BigId, UnitPrice, UTCDateTime
from portal.foundation.sql import sql_list

invoice_number = Sequence("invoice_number_seq", start=100001, metadata=Base.metadata)
credit_memo_number = Sequence("credit_memo_number_seq", start=100001, metadata=Base.metadata)

TaxShare = Numeric(7, 5)  # 0.08875 is 8.875 %


class Invoice(Base):
    """A document that is owed (invoice, total ≥ 0) or owed back (credit memo, total ≤ 0).

    Amounts in minor units of ``currency``. ``open_minor`` is its balance on the ledger's account "receivable",
    kept by the database in the statement that posts: from 0 to the total, never beyond.
    """

    __tablename__ = "invoice"

    id: Mapped[BigId]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # invoice, credit_memo
    source: Mapped[str] = mapped_column(server_default="portal")  # portal, import
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    order_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    order_number: Mapped[str] = mapped_column(server_default="")
    # What it was issued for, once: "order:<id>", "order:<id>:shipment:<event id>", "return:<id>" …
    issue_key: Mapped[str] = mapped_column(unique=True)
    corrects_invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    reason: Mapped[str] = mapped_column(server_default="")  # of a credit memo, in words
    store_id: Mapped[int | None] = mapped_column(ForeignKey("store.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    issued_on: Mapped[date]
    due_on: Mapped[date]
    terms_words: Mapped[str] = mapped_column(server_default="")
    # Early payment: so much less when all of it is paid by then.
    discount_until: Mapped[date | None]
    discount_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str]
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total_minor: Mapped[int] = mapped_column(BigInteger)
    open_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Kept by the database: settled by money, discount included (credit memos and write-offs are none); and what credit
    # memos correct of it, used or not.
    paid_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    credited_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    po_number: Mapped[str] = mapped_column(server_default="")
    job_id: Mapped[int | None] = mapped_column(ForeignKey("company_job.id"))
    job_name: Mapped[str] = mapped_column(server_default="")
    # Names as they were: who ordered it, and the rep who placed the order in that person's name.
    ordered_by: Mapped[str] = mapped_column(server_default="")
    placed_by_rep: Mapped[str] = mapped_column(server_default="")
    # Copies: the sold-to's name, code and billing details, and the ship-to or the store, as they were. The store's says
    # ``picked_up``.
    bill_to: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    ship_to: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    # The certificate that exempted it: region, reason, certificate number, from and to.
    exemption: Mapped[dict[str, str] | None] = mapped_column(JSONB)

    lines: Mapped[list[InvoiceLine]] = relationship(
        back_populates="invoice",
        lazy="raise",
        order_by="InvoiceLine.line_no",
        foreign_keys="InvoiceLine.invoice_id",
    )

    __table_args__ = (
        CheckConstraint(f"kind in {sql_list(DOCUMENTS)}", name="kind_known"),
        CheckConstraint("placed_by_rep = '' or ordered_by <> ''", name="rep_orders_for_somebody"),
        CheckConstraint("total_minor = net_minor + tax_minor", name="total_adds_up"),
        CheckConstraint(
            "case kind when 'invoice' then total_minor >= 0 else total_minor <= 0 end", name="total_by_kind"
        ),
        CheckConstraint(
            "open_minor between least(0, total_minor) and greatest(0, total_minor)", name="open_within_total"
        ),
        CheckConstraint(
            "discount_minor between 0 and greatest(0, total_minor)", name="discount_within_total"
        ),
        Index("ix_invoice_company_issued", "company_id", "issued_on", "id"),
        Index("ix_invoice_company_due", "company_id", "due_on", "id"),
        Index(
            "ix_invoice_company_open",
            "company_id",
            "due_on",
            "id",
            postgresql_include=["open_minor", "currency"],
            postgresql_where=text("open_minor <> 0"),
        ),
        Index("ix_invoice_open_due", "due_on", "id", postgresql_where=text("open_minor > 0")),
        Index(
            "ix_invoice_corrects",
            "corrects_invoice_id",
            postgresql_where=text("corrects_invoice_id is not null"),
        ),
        Index("ix_invoice_number_pattern", "number", postgresql_ops={"number": "text_pattern_ops"}),
    )

    @property
    def creditable_minor(self) -> int:
        """What was not credited of an invoice yet, paid or not; never below zero."""
        return max(0, self.total_minor - self.credited_minor)

    @property
    def ordered_words(self) -> str:
        """``Riley Sanders for Dana Ortiz`` of what a rep ordered in somebody's name; else who ordered it, or nothing."""
        return f"{self.placed_by_rep} for {self.ordered_by}" if self.placed_by_rep else self.ordered_by

    @property
    def was_picked_up(self) -> bool:
        """True when ``ship_to`` is the store that handed the goods over, not an address of the customer's."""
        return bool(self.ship_to and self.ship_to.get("picked_up"))


class InvoiceLine(Base):
    """A line as charged; everything is a copy. Quantities and amounts of a credit memo are below zero."""

    __tablename__ = "invoice_line"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    order_line_no: Mapped[int | None]
    sku: Mapped[str] = mapped_column(server_default="")
    name: Mapped[str]
    colour: Mapped[str] = mapped_column(server_default="")  # number and name, in words
    unit: Mapped[str] = mapped_column(server_default="each")
    quantity: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    tax_share: Mapped[Decimal] = mapped_column(TaxShare, server_default="0")
    tax_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # Of a credit memo: the invoice that it corrects, and which line of it; None for the whole, in proportion.
    corrects_invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    corrects_line_no: Mapped[int | None]

    invoice: Mapped[Invoice] = relationship(back_populates="lines", lazy="raise", foreign_keys=[invoice_id])

    __table_args__ = (
        Index(
            "ix_invoice_line_corrects",
            "corrects_invoice_id",
            postgresql_where=text("corrects_invoice_id is not null"),
        ),
    )
