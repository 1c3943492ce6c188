"""Products, their variants (what is ordered), colours and prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.db import Base, BigId, UnitPrice


class Product(Base):
    """What a data sheet describes; sizes, sheens and bases of it are variants."""

    __tablename__ = "product"

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    category: Mapped[str] = mapped_column(server_default="", index=True)
    description: Mapped[str] = mapped_column(server_default="")
    data_sheet_url: Mapped[str | None]
    tintable: Mapped[bool] = mapped_column(server_default="false")

    variants: Mapped[list[Variant]] = relationship(
        back_populates="product", lazy="raise", order_by="Variant.sku"
    )


class Variant(Base):
    """One stock-keeping unit: the thing that has a SKU, a price and stock."""

    __tablename__ = "variant"

    id: Mapped[BigId]
    sku: Mapped[str] = mapped_column(unique=True)
    # The SKU as people type it: upper case, letters and digits only.
    sku_key: Mapped[str] = mapped_column(
        Computed("upper(regexp_replace(sku, '[^A-Za-z0-9]', '', 'g'))", persisted=True)
    )
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    # Full name as printed on an order line ("ProCoat Eggshell, Extra White base, 5 gal").
    name: Mapped[str]
    size: Mapped[str] = mapped_column(server_default="")
    sheen: Mapped[str] = mapped_column(server_default="")
    tint_base: Mapped[str] = mapped_column(server_default="")
    unit: Mapped[str] = mapped_column(server_default="each")  # unit of sale
    pack_size: Mapped[int] = mapped_column(server_default="1")  # sold in multiples of this
    discontinued_on: Mapped[date | None]
    replacement_id: Mapped[int | None] = mapped_column(ForeignKey("variant.id"))

    product: Mapped[Product] = relationship(back_populates="variants", lazy="raise")
    replacement: Mapped[Variant | None] = relationship(remote_side="Variant.id", lazy="raise")

    __table_args__ = (
        CheckConstraint("pack_size > 0", name="pack_size_positive"),
        Index("ix_variant_sku_key", "sku_key", postgresql_ops={"sku_key": "text_pattern_ops"}),
        Index(
            "ix_variant_sku_key_trgm",
            "sku_key",
            postgresql_using="gin",
            postgresql_ops={"sku_key": "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        ),
        # Read by every search and written by imports, so nothing may wait in the pending list.
        Index(
            "ix_variant_name_folded",
            text("fold(name) gin_trgm_ops"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )


class Colour(Base):
    """A colour of the seller's deck."""

    __tablename__ = "colour"

    number: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    hex: Mapped[str]
    family: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        CheckConstraint("hex ~ '^#[0-9A-F]{6}$'", name="hex_form"),
        Index("ix_colour_name_folded", text("fold(name) gin_trgm_ops"), postgresql_using="gin"),
    )


class PriceList(Base):
    """A list of prices that companies are put on."""

    __tablename__ = "price_list"

    id: Mapped[BigId]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    currency: Mapped[str] = mapped_column(server_default="USD")


class ListPrice(Base):
    """A price on a list from a quantity on, valid from/to (inclusive, seller's calendar)."""

    __tablename__ = "list_price"

    id: Mapped[BigId]
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_list.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    min_quantity: Mapped[int] = mapped_column(server_default="1")
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (UniqueConstraint("variant_id", "price_list_id", "min_quantity", "valid_from"),)


class ContractPrice(Base):
    """A price agreed with one company; it takes precedence over any list."""

    __tablename__ = "contract_price"

    id: Mapped[BigId]
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    contract: Mapped[str] = mapped_column(server_default="")
    min_quantity: Mapped[int] = mapped_column(server_default="1")
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    __table_args__ = (UniqueConstraint("company_id", "variant_id", "contract", "min_quantity", "valid_from"),)


class PartNumber(Base):
    """The customer's own number for one of our SKUs."""

    __tablename__ = "part_number"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    part_key: Mapped[str] = mapped_column(primary_key=True)  # upper case, letters and digits only
    part_number: Mapped[str]
    variant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("variant.id"))

    __table_args__ = (
        Index("ix_part_number_company_variant", "company_id", "variant_id"),
        # For prefix searches, which the primary key's collation does not support.
        Index(
            "ix_part_number_key_pattern",
            "company_id",
            "part_key",
            postgresql_ops={"part_key": "text_pattern_ops"},
        ),
    )
