"""What tests need to exist, made with few words. Everything is committed at once."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

import portal.models  # noqa: F401  (every table must be known before the first one is written)
from portal.accounts.models import Address, Company, CompanyJob, Delegation, Membership, RepAssignment, User
from portal.accounts.roles import permissions_for
from portal.accounts.sign_in import passwords
from portal.billing.models.credit import CreditAccount
from portal.catalog.models import Colour, ContractPrice, ListPrice, PartNumber, PriceList, Product, Variant
from portal.foundation.actor import Actor
from portal.foundation.clock import local, utcnow
from portal.stores.models import Stock, Store, StoreHours

PASSWORD = "paint-the-town"
# Cheap parameters: tests check that a password is checked, not how long it takes.
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD_HASH = HASHER.hash(PASSWORD)
passwords.HASHER = HASHER  # a sign-in then costs what this hash costs, and is not hashed again
NOW = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)  # a Tuesday, 10 am in New York


def today() -> date:
    """The day for the seller and its stores, which pages go by: for some hours of the night not that of UTC."""
    return local(utcnow(), "America/New_York").date()


class Build:
    """Builders on one session; each method returns the committed model."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._numbers = itertools.count(1)

    def _add(self, thing: Any) -> Any:
        self.session.add(thing)
        self.session.commit()
        return thing

    def price_list(self, code: str = "TRADE", currency: str = "USD") -> PriceList:
        found = self.session.query(PriceList).filter_by(code=code).one_or_none()
        return found or self._add(PriceList(code=code, name=f"{code.title()} prices", currency=currency))

    def store(self, name: str = "", **fields: Any) -> Store:
        n = next(self._numbers)
        defaults: dict[str, Any] = {
            "code": f"S{n:03d}",
            "name": name or f"Store {n}",
            "line1": f"{n} Mill Road",
            "city": "Albany",
            "region": "NY",
            "postcode": "12207",
            "latitude": 42.65 + n / 100,
            "longitude": -73.75,
            "time_zone": "America/New_York",
            "phone": "+1 518 555 0100",
        }
        store: Store = self._add(Store(**{**defaults, **fields}))
        for weekday in range(1, 7):
            self.session.add(StoreHours(store_id=store.id, weekday=weekday, opens=time(7), closes=time(18)))
        self.session.commit()
        return store

    def company(self, name: str = "", *, limit: int = 1_000_000, **fields: Any) -> Company:
        n = next(self._numbers)
        on_hold = fields.pop("on_hold", False)
        defaults: dict[str, Any] = {
            "code": f"C{n:04d}",
            "name": name or f"Company {n}",
            "price_list_id": self.price_list().id,
            "currency": "USD",
        }
        company: Company = self._add(Company(**{**defaults, **fields}))
        self._add(
            CreditAccount(
                company_id=company.id,
                currency=company.currency,
                limit_minor=limit,
                used_minor=0,
                on_hold=on_hold,
            )
        )
        return company

    def user(
        self, company: Company | None = None, role: str = "buyer", *, kind: str = "customer", **fields: Any
    ) -> User:
        n = next(self._numbers)
        defaults: dict[str, Any] = {
            "email": f"person{n}@example.com",
            "name": f"Person {n}",
            "password_hash": PASSWORD_HASH,
            "kind": kind,
        }
        user: User = self._add(User(**{**defaults, **fields}))
        if company is not None and kind == "customer":
            self._add(Membership(user_id=user.id, company_id=company.id, role=role))
        return user

    def rep(self, *companies: Company, **fields: Any) -> User:
        user = self.user(kind="rep", **fields)
        for company in companies:
            self._add(RepAssignment(user_id=user.id, company_id=company.id))
        return user

    def delegation(self, rep: User, subject: User, company: Company, now: datetime = NOW) -> Delegation:
        made: Delegation = self._add(
            Delegation(
                actor_user_id=rep.id,
                subject_user_id=subject.id,
                company_id=company.id,
                reason="Called from the site",
                started_at=now,
                expires_at=now + timedelta(minutes=60),
            )
        )
        return made

    def actor(self, user: User, company: Company | None = None, role: str = "buyer", **fields: Any) -> Actor:
        """The actor that the web layer would make of this person."""
        acting = "delegation_id" in fields
        return Actor(
            user_id=user.id,
            kind=user.kind,
            name=user.name,
            email=user.email,
            company_id=company.id if company else None,
            company_name=company.name if company else "",
            role=role if user.kind == "customer" else None,
            permissions=permissions_for(user.kind, role, acting=acting),
            store_id=user.store_id,
            time_zone=user.time_zone,
            **fields,
        )

    def variant(self, sku: str = "", price: str | None = "41.20", **fields: Any) -> Variant:
        n = next(self._numbers)
        tintable = fields.pop("tintable", False)
        product: Product = self._add(
            Product(code=f"P{n:04d}", name=fields.pop("product_name", f"Product {n}"), tintable=tintable)
        )
        defaults: dict[str, Any] = {
            "sku": sku or f"SKU-{n:04d}",
            "name": f"Product {n}, 1 gal",
            "size": "1 gal",
        }
        variant: Variant = self._add(Variant(product_id=product.id, **{**defaults, **fields}))
        if price is not None:
            self.list_price(variant, price)
        return variant

    def list_price(
        self, variant: Variant, price: str, min_quantity: int = 1, code: str = "TRADE"
    ) -> ListPrice:
        made: ListPrice = self._add(
            ListPrice(
                price_list_id=self.price_list(code).id,
                variant_id=variant.id,
                min_quantity=min_quantity,
                unit_price=Decimal(price),
                valid_from=date(2020, 1, 1),
            )
        )
        return made

    def contract_price(self, company: Company, variant: Variant, price: str, **fields: Any) -> ContractPrice:
        defaults: dict[str, Any] = {"contract": "C-1", "min_quantity": 1, "valid_from": date(2020, 1, 1)}
        made: ContractPrice = self._add(
            ContractPrice(
                company_id=company.id,
                variant_id=variant.id,
                unit_price=Decimal(price),
                **{**defaults, **fields},
            )
        )
        return made

    def part_number(self, company: Company, variant: Variant, number: str) -> PartNumber:
        key = "".join(c for c in number.upper() if c.isalnum())
        made: PartNumber = self._add(
            PartNumber(company_id=company.id, variant_id=variant.id, part_number=number, part_key=key)
        )
        return made

    def stock(self, store: Store, variant: Variant, on_hand: int = 100, reserved: int = 0) -> Stock:
        made: Stock = self._add(
            Stock(store_id=store.id, variant_id=variant.id, on_hand=on_hand, reserved=reserved)
        )
        return made

    def colour(self, number: str = "TC-0001", name: str = "Harbor Fog", hex: str = "#9AA7AB") -> Colour:
        made: Colour = self._add(Colour(number=number, name=name, hex=hex, family="grey"))
        return made

    def address(self, company: Company, label: str = "Yard") -> Address:
        made: Address = self._add(
            Address(
                company_id=company.id,
                label=label,
                recipient=company.name,
                line1="1 Yard Lane",
                city="Albany",
                region="NY",
                postcode="12207",
                is_default=True,
            )
        )
        return made

    def job(self, company: Company, name: str = "Elm Street", po_number: str = "") -> CompanyJob:
        made: CompanyJob = self._add(CompanyJob(company_id=company.id, name=name, po_number=po_number))
        return made
