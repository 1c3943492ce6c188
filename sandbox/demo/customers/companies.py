"""The customers: who they are, where they buy, who works there and what they have agreed with the maker."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sandbox.demo.customers.jobs import Job, plan_jobs
from sandbox.demo.customers.people import DEMO_CUSTOMERS, Directory, Person, Staff, name_list, phone_in, plain
from sandbox.demo.customers.terms import Terms, terms_of
from sandbox.demo.prices import Contracts
from sandbox.demo.stores import Store
from sandbox.demo.tables import rows

# Areas of the reps, in their order; the demo's rep has Chicago.
_TERRITORIES = (
    ("CHI",),
    ("MKE", "IND", "DET", "STL"),
    ("CMH", "CLE", "PIT"),
    ("ATL", "CLT", "BNA"),
    ("DFW", "PHX", "DEN"),
    ("MSP", "SLC", "PDX", "SEA"),
)
_SITES = {"property": 3, "facility": 3, "commercial": 2, "builder": 2, "industrial": 2}


@dataclass(frozen=True)
class Address:
    label: str
    recipient: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str


@dataclass
class Company:
    code: str
    name: str
    kind: str
    store: Store
    interval: float
    tier: str
    po_mode: str
    flags: dict[str, str]
    terms: Terms
    invoice_per: str
    phone: str = ""
    domain: str = ""
    parent_code: str = ""
    credit_limit: Decimal = Decimal(0)
    addresses: list[Address] = field(default_factory=list)
    members: list[tuple[Person, str]] = field(default_factory=list)
    rep: Person | None = None
    jobs: list[Job] = field(default_factory=list)
    contracts: Contracts = field(default_factory=Contracts)
    part_numbers: dict[str, str] = field(default_factory=dict)  # part number to SKU

    @property
    def terms_days(self) -> int:
        return self.terms.days

    @property
    def consents(self) -> bool:
        return "noconsent" not in self.flags

    @property
    def buyers(self) -> list[Person]:
        """Who places orders: buyers first, then the company's admins."""
        buyers = [person for person, role in self.members if role == "buyer"]
        return buyers + [person for person, role in self.members if role == "company_admin"]


def found(seed: int, stores: dict[str, Store], wanted: frozenset[str] | None) -> list[Company]:
    """The companies of the table, or those named in `wanted`, without their people."""
    companies: list[Company] = []
    for number, (name, kind, store, interval, tier, po_mode, flags) in enumerate(rows("companies"), start=1):
        if wanted is not None and name not in wanted:
            continue
        source = random.Random(f"{seed}:company:{name}")
        agreed = random.Random(f"{seed}:terms:{name}")
        marks = dict(_flag(flag) for flag in flags.split(",") if flag)
        company = Company(
            code=f"C{10000 + number}",
            name=name,
            kind=kind,
            store=stores[store],
            interval=float(interval),
            tier=tier,
            po_mode=po_mode,
            flags=marks,
            terms=terms_of(tier, marks, agreed),
            invoice_per="order" if kind in ("facility", "property") and agreed.random() < 0.5 else "shipment",
        )
        company.phone = phone_in(company.store, source)
        company.domain = _domain(company, {other.domain for other in companies})
        company.addresses = _addresses(company, source)
        companies.append(company)
    codes = {company.name: company.code for company in companies}
    for company in companies:
        company.parent_code = codes.get(company.flags.get("child", ""), "")
    return companies


def staff_companies(companies: list[Company], directory: Directory, staff: Staff) -> None:
    """Give each company its users and its rep."""
    for company in companies:
        company.rep = _rep(company, staff)
        if "demo" in company.flags:
            for email, name, role in DEMO_CUSTOMERS:
                person = directory.add_demo(email, name, "customer", company.store)
                company.members.append((person, role))
            continue
        for role in _roles(company, directory.random):
            company.members.append((directory.add(company.domain, "customer", company.store), role))
    _share_people(companies)


def plan_all_jobs(companies: list[Company], seed: int, first: date, today: date) -> None:
    for company in companies:
        source = random.Random(f"{seed}:jobs:{company.code}")
        company.jobs = plan_jobs(company.kind, company.po_mode, source, first, today)


def _roles(company: Company, source: random.Random) -> list[str]:
    roles = ["company_admin", "buyer"]
    if company.interval < 6 and source.random() < 0.5:
        roles.append("buyer")
    if company.tier == "KEY" or company.kind == "commercial":
        roles.append("approver")
    if source.random() < 0.2:
        roles.append("viewer")
    # A painter with a van is owner and buyer in one.
    return roles[:1] if company.kind in ("residential", "floor") and company.interval > 6 else roles


def _share_people(companies: list[Company]) -> None:
    """The parent's admin looks into each child, and one child's buyer buys for its sisters, too."""
    parents = {company.code: company for company in companies}
    lent: set[str] = set()
    for company in companies:
        parent = parents.get(company.parent_code)
        if parent is None:
            continue
        company.members.append((parent.members[0][0], "approver"))
        sister = next((c for c in companies if c.parent_code == parent.code and c is not company), None)
        if sister is not None and parent.code not in lent:
            lent.add(parent.code)
            sister.members.append((company.buyers[0], "buyer"))


def _rep(company: Company, staff: Staff) -> Person:
    for rep, areas in zip(staff.reps, _TERRITORIES, strict=False):
        if company.store.area in areas:
            return rep
    return staff.reps[-1]


def _flag(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value or "yes"


def _domain(company: Company, taken: set[str]) -> str:
    """The first two words of the name that say something, or more of them where two are taken."""
    if "demo" in company.flags:
        return "demo.example"
    words = re.findall(r"[a-z0-9]+", plain(company.name).replace("'", ""))
    small = {"and", "the", "of", "inc", "llc", "company", "s"}
    words = [word for word in words if word not in small]
    domains = ("".join(words[:count]) + ".example" for count in range(2, len(words) + 1))
    return next(domain for domain in domains if domain not in taken)


def _addresses(company: Company, source: random.Random) -> list[Address]:
    labels = ["Shop" if company.kind not in ("property", "facility") else "Office"]
    labels += source.sample([f"{place} site" for place in name_list("places")], _SITES.get(company.kind, 1))
    addresses = []
    for rank, label in enumerate(labels):
        suite = source.choice(["", "", "Unit B", "Dock 2", "Suite 110", "Rear gate"])
        addresses.append(
            Address(
                label=label,
                recipient="" if rank == 0 else f"{company.name.split(',')[0]}, {label}",
                line1=f"{source.randint(101, 9899)} {source.choice(name_list('streets'))}",
                line2=suite,
                city=company.store.city,
                region=company.store.region,
                # The neighborhood's last digit is changed; the first four still belong to the town.
                postcode=f"{company.store.postcode[:4]}{source.randint(0, 9)}",
            )
        )
    return addresses
