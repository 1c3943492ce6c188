"""What rows refer to by code, as ids: read once per file, so that no row costs a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection


@dataclass(frozen=True)
class VariantRef:
    id: int
    name: str
    unit: str
    tintable: bool


@dataclass(frozen=True)
class CompanyRef:
    id: int
    name: str
    currency: str
    account_kind: str
    parent: str | None


@dataclass(frozen=True)
class UserRef:
    id: int
    name: str
    kind: str


@dataclass
class References:
    """Codes that exist in the database, by kind."""

    stores: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    variants: dict[str, VariantRef] = field(default_factory=dict)
    price_lists: dict[str, tuple[int, str]] = field(default_factory=dict)
    companies: dict[str, CompanyRef] = field(default_factory=dict)
    users: dict[str, UserRef] = field(default_factory=dict)
    colours: dict[str, str] = field(default_factory=dict)
    jobs: dict[tuple[int, str], int] = field(default_factory=dict)
    addresses: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)
    # Company and number of a certificate → what is copied onto an order.
    exemptions: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)

    def load(self, connection: Connection[Any], *kinds: str) -> None:
        """Read these kinds afresh."""
        for kind in kinds:
            getattr(self, f"_load_{kind}")(connection)

    def _load_stores(self, connection: Connection[Any]) -> None:
        self.stores = dict(connection.execute("select code, id from store").fetchall())

    def _load_products(self, connection: Connection[Any]) -> None:
        self.products = dict(connection.execute("select code, id from product").fetchall())

    def _load_variants(self, connection: Connection[Any]) -> None:
        rows = connection.execute(
            "select v.sku, v.id, v.name, v.unit, p.tintable from variant v join product p on p.id = v.product_id"
        )
        self.variants = {sku: VariantRef(*rest) for sku, *rest in rows}

    def _load_price_lists(self, connection: Connection[Any]) -> None:
        rows = connection.execute("select code, id, currency from price_list")
        self.price_lists = {code: (id_, currency) for code, id_, currency in rows}

    def _load_companies(self, connection: Connection[Any]) -> None:
        rows = connection.execute(
            "select c.code, c.id, c.name, c.currency, c.account_kind, p.code "
            "from company c left join company p on p.id = c.parent_id"
        )
        self.companies = {code: CompanyRef(*rest) for code, *rest in rows}

    def _load_users(self, connection: Connection[Any]) -> None:
        rows = connection.execute("select email, id, name, kind from app_user")
        self.users = {email: UserRef(*rest) for email, *rest in rows}

    def _load_colours(self, connection: Connection[Any]) -> None:
        self.colours = dict(connection.execute("select number, hex from colour").fetchall())

    def _load_jobs(self, connection: Connection[Any]) -> None:
        rows = connection.execute("select company_id, name, id from company_job")
        self.jobs = {(company, name): id_ for company, name, id_ in rows}

    def _load_addresses(self, connection: Connection[Any]) -> None:
        rows = connection.execute(
            "select company_id, label, recipient, line1, line2, city, region, postcode, country from address"
        )
        names = ("label", "recipient", "line1", "line2", "city", "region", "postcode", "country")
        self.addresses = {(company, rest[0]): dict(zip(names, rest, strict=True)) for company, *rest in rows}

    def _load_exemptions(self, connection: Connection[Any]) -> None:
        rows = connection.execute(
            "select company_id, region, reason, certificate_number, valid_from::text, valid_to::text "
            "from tax_exemption where ended_at is null order by valid_from, id"
        )
        names = ("region", "reason", "certificate_number", "valid_from", "valid_to")
        self.exemptions = {(company, rest[2]): dict(zip(names, rest, strict=True)) for company, *rest in rows}
