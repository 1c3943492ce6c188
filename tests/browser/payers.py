"""Companies that owe something, each for one journey alone: put beside the demo's by the product's own use cases."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import create_engine, pool, select
from sqlalchemy.orm import Session

from portal.accounts.models import Company
from portal.billing.autopay.use_cases.run import run_autopay
from portal.billing.models.methods import Autopay
from portal.catalog.models import PriceList
from portal.foundation.clock import local, utcnow
from portal.foundation.db import make_sessions, psycopg_url
from portal.stores.models import Store
from tests.builders import Build
from tests.invoices import make_invoice

SELLERS_ZONE = "America/New_York"


@dataclass
class Payer:
    """A company with open invoices and one person who may do everything in it."""

    company: str
    code: str
    email: str
    invoices: list[str] = field(default_factory=list)  # their numbers, the oldest first


@contextmanager
def database(url: str) -> Iterator[Session]:
    """A session on the running portal's database."""
    engine = create_engine(psycopg_url(url), poolclass=pool.NullPool)
    with make_sessions(engine)() as session:
        yield session
    engine.dispose()


def make_payer(
    url: str, name: str, amounts: Sequence[int], *, limit: int = 10_000_000, terms_days: int = 30
) -> Payer:
    """A company that owes these amounts (minor units), issued today.

    :param name: makes company and mail address; unique in the run.
    :param limit: its credit limit, minor units.
    """
    with database(url) as session:
        build = Build(session)
        company = build.company(
            f"{name} Painting",
            limit=limit,
            code=f"J{secrets.token_hex(4).upper()}",
            terms_days=terms_days,
            price_list_id=session.scalars(select(PriceList.id).order_by(PriceList.id)).first(),
            home_store_id=session.scalars(select(Store.id).order_by(Store.id)).first(),
        )
        email = f"{name.lower().replace(' ', '.')}@payer.example"
        build.user(company, "company_admin", email=email, name=f"Pat {name}")
        made = Payer(company.name, company.code, email)
        add_invoices(session, company, made, amounts)
    return made


def sellers_day() -> date:
    """Today where the seller is: what is due then is due."""
    return local(utcnow(), SELLERS_ZONE).date()


def autopay_day(url: str, payer: Payer) -> None:
    """What the worker does every hour, on the day after the mandate was agreed to: begin what the rule asks for."""
    with database(url) as session:
        company_id = session.scalars(select(Company.id).where(Company.code == payer.code)).one()
        mandate = session.scalars(select(Autopay).where(Autopay.company_id == company_id)).one()
        mandate.ran_on = sellers_day() - timedelta(days=1)
        session.flush()
        assert run_autopay(session, mandate.id, now=utcnow(), today=sellers_day()) is not None
        session.commit()


def add_invoices(session: Session, company: Company, payer: Payer, amounts: Sequence[int]) -> None:
    """Further invoices."""
    today = sellers_day()
    for amount in amounts:
        place = len(payer.invoices) + 1
        invoice = make_invoice(
            session,
            company,
            net=amount,
            on=today,
            issue_key=f"journey:{payer.code}:{place}",
            po_number=f"PAY-{place}",
        )
        payer.invoices.append(invoice.number)
