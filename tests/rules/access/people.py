"""A small world with everybody in it: two companies, an order, a draft, and one signed-in browser for each kind of actor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Company, Membership, User, UserSession
from portal.accounts.models.document_addresses import DocumentAddress
from portal.accounts.models.second_factors import Passkey
from portal.billing.disputes.use_cases.disputes import open_dispute
from portal.billing.models.disputes import InvoiceDispute
from portal.billing.models.invoices import Invoice
from portal.billing.models.ledger import LedgerTransaction
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import Payment
from portal.billing.models.refunds import Refund
from portal.billing.models.tax import TaxExemption
from portal.billing.models.write_offs import WriteOff
from portal.catalog.models import Product
from portal.foundation.actor import SYSTEM
from portal.foundation.secrets.handles import handle
from portal.foundation.tokens import new_token, token_hash
from portal.orders.models.approvals import OrderApproval
from portal.orders.models.drafts import DraftLine
from tests.builders import Build
from tests.invoices import apply_memo, make_attempt, make_invoice, pay_offline
from tests.placed_orders import Want, placed_order
from tests.shop import Shop

# In the order of the table's columns. All but the "other" ones belong to, or look after, the first company.
ACTORS = (
    "visitor",
    "viewer",
    "buyer",
    "approver",
    "admin",
    "other_buyer",
    "rep",
    "other_rep",
    "acting_rep",
    "support",
    "store",
    "staff_admin",
)


@dataclass
class World:
    """Browsers by actor, and values for the variable parts of addresses."""

    app: Flask
    form: dict[str, str] = field(
        default_factory=dict
    )  # sent with every write: what names a thing by its code
    tokens: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    other_parts: dict[str, Any] = field(default_factory=dict)  # by the beginning of the address

    def browser(self, actor: str) -> FlaskClient:
        """A new browser with the actor's cookie: what an earlier request did to the cookie does not matter."""
        client = self.app.test_client()
        if actor in self.tokens:
            client.set_cookie("portal_session", self.tokens[actor], domain="localhost")
        return client


def everybody(build: Build, app: Flask) -> World:
    """Make the world and sign everybody in."""
    world = World(app)
    store = build.store("Main Street")
    company, other = build.company("Brush & Roller"), build.company("Other Painters")
    people = {role: build.user(company, role) for role in ("viewer", "buyer", "approver")}
    people["admin"] = build.user(company, "company_admin")
    people["other_buyer"] = build.user(other)
    people["rep"], people["acting_rep"] = build.rep(company), build.rep(company)
    people["other_rep"] = build.rep(other)
    people["support"] = build.user(kind="support")
    people["store"] = build.user(kind="store", store_id=store.id)
    people["staff_admin"] = build.user(kind="admin")

    paint, primer = build.variant(tintable=True), build.variant()
    for variant in (paint, primer):
        build.stock(store, variant)
    build.colour()
    build.address(company)
    job = build.job(company)
    buyer = people["buyer"]
    order = placed_order(build, company, store, buyer, Want(paint), Want(primer))
    shop = Shop(build, company, buyer, build.actor(buyer, company), store)
    draft_id = shop.draft([(paint, 2), (primer, 1)])
    now = datetime.now(UTC)
    stay = build.delegation(people["acting_rep"], buyer, company, now)
    for name, person in people.items():
        home = {"other_buyer": other}.get(name, company) if person.kind == "customer" else None
        delegation = stay.id if name == "acting_rep" else None
        world.tokens[name] = new_token()
        _session_row(build, person, home, delegation, world.tokens[name])
    world.parts = {
        "number": order.number,
        "line_no": 1,
        "draft_id": draft_id,
        "line_id": build.session.scalars(select(DraftLine.id).where(DraftLine.draft_id == draft_id)).first(),
        "user_id": people["viewer"].id,
        "session_id": _session_row(build, buyer, company).id,
        "passkey_id": _passkey(build, buyer).id,
        "code": company.code,
        "sku": paint.sku,
        "job_id": job.id,
        "filename": "css/tokens.css",
        "month": "2026-05",
        "exemption_id": _exemption(build, company).id,
        "approval_id": _approval(build, company, buyer, draft_id).id,
        "address_id": _document_address(build, company, "ap@example.com").id,
    }
    invoice = make_invoice(build.session, company)
    world.parts["dispute_id"] = _dispute(build, company).id
    money = _ways_to_pay(build, company, invoice)
    world.parts.update(money.parts)
    world.form = {"store": store.code, "code": company.code}
    product = build.session.get(Product, paint.product_id)
    assert product is not None
    invited = build.user(company, "viewer", password_hash=None)
    build.session.get_one(Membership, (invited.id, company.id)).invited_at = now
    build.session.commit()
    invited_staff = build.user(kind="support", password_hash=None)
    world.other_parts = {
        "/invoices": {"number": invoice.number},
        "/billing/invoices": {"number": invoice.number},
        "/billing/payments": {"number": money.payment_number},
        "/customers/<code>/document-addresses": {
            "address_id": _document_address(build, company, "office@example.com").id
        },
        "/scheduled-payments": {"token": money.scheduled_token},
        "/payments": {"token": make_attempt(build.session, company, {invoice: 100}, state="failed").token},
        "/receipts": {"number": money.payment_number},
        "/customers/<code>/invoices": {"number": invoice.number},
        "/people/<user_id>/invitation": {"user_id": invited.id},
        "/staff/<user_id>/invitation": {"user_id": invited_staff.id},
        "/staff": {"user_id": people["rep"].id},
        "/products": {"code": product.code},
        "/stores": {"code": store.code},
    }
    return world


@dataclass(frozen=True)
class Money:
    """A payment, a credit memo that was applied in part, a saved method, a link and a scheduled payment."""

    parts: dict[str, Any]
    payment_number: str
    scheduled_token: str


def _ways_to_pay(build: Build, company: Company, invoice: Invoice) -> Money:
    session, now = build.session, datetime.now(UTC)
    payment = pay_offline(session, company, 300)
    memo = make_invoice(session, company, net=-500)
    apply_memo(session, memo, invoice, 100)
    method = SavedMethod(
        company_id=company.id, stripe_method_id="pm_1", kind="card", brand="Visa", last4="4242", saved_at=now
    )
    link = PayLink(
        company_id=company.id,
        token_hash=token_hash(new_token()),
        kind="invoice",
        title=f"Invoice {invoice.number}",
        created_at=now,
        expires_at=now + timedelta(days=7),
    )
    session.add_all([method, link])
    session.flush()
    session.add(PayLinkInvoice(pay_link_id=link.id, invoice_id=invoice.id, company_id=company.id))
    scheduled = make_attempt(
        session,
        company,
        {invoice: 100},
        state="scheduled",
        via="schedule",
        run_on=(now + timedelta(days=5)).date(),
    )
    applied = select(LedgerTransaction.id).where(LedgerTransaction.kind == "application")
    parts = {
        "method_id": method.id,
        "link_id": link.id,
        "name": f"memo-{handle('credit', memo.id)}",
        "token": "nothing",
        "transaction_id": session.scalars(applied).first(),
        "refund_id": _failed_refund(session, payment).id,
        "write_off_id": _write_off(session, invoice).id,
    }
    return Money(parts, payment.number, scheduled.token)


def _write_off(session: Session, invoice: Invoice) -> WriteOff:
    row = WriteOff(
        invoice_id=invoice.id,
        company_id=invoice.company_id,
        amount_minor=1,
        limit_minor=500,
        currency="USD",
        reason="Rounding",
        key=new_token(),
        at=datetime.now(UTC),
    )
    session.add(row)
    session.commit()
    return row


def _passkey(build: Build, person: User) -> Passkey:
    """One that is not asked for at sign-in, because the person is not marked to have a second factor."""
    row = Passkey(
        user_id=person.id, credential_id=b"1", public_key=b"2", name="Phone", created_at=datetime.now(UTC)
    )
    build.session.add(row)
    build.session.commit()
    return row


def _failed_refund(session: Session, payment: Payment) -> Refund:
    row = Refund(
        payment_id=payment.id,
        company_id=payment.company_id,
        amount_minor=100,
        currency="USD",
        state="failed",
        idempotency_key=new_token(),
        created_at=datetime.now(UTC),
        updated_at=datetime.now(UTC),
    )
    session.add(row)
    session.commit()
    return row


def _dispute(build: Build, company: Company) -> InvoiceDispute:
    invoice = make_invoice(build.session, company)
    row = open_dispute(build.session, invoice, 100, "price", "", SYSTEM, datetime.now(UTC))
    assert row is not None
    build.session.commit()
    return row


def _approval(build: Build, company: Company, buyer: User, draft_id: int) -> OrderApproval:
    row = OrderApproval(
        company_id=company.id,
        draft_id=draft_id,
        asked_by_user_id=buyer.id,
        asked_by_name=buyer.name,
        subject_user_id=buyer.id,
        subject_name=buyer.name,
        asked_at=datetime.now(UTC),
        currency="USD",
        limit_minor=1,
        total_minor=2,
        line_count=2,
        contents="",
    )
    build.session.add(row)
    build.session.commit()
    return row


def _document_address(build: Build, company: Company, email: str) -> DocumentAddress:
    row = DocumentAddress(
        company_id=company.id,
        email=email,
        delivery="to",
        kinds=["invoice"],
        removal_token=new_token(),
        asked_at=datetime.now(UTC),
    )
    build.session.add(row)
    build.session.commit()
    return row


def _exemption(build: Build, company: Company) -> TaxExemption:
    row = TaxExemption(
        company_id=company.id,
        region="VT",
        reason="resale",
        certificate_number="VT-1",
        valid_from=date(2020, 1, 1),
        valid_to=date(2099, 12, 31),
        file_name="certificate.pdf",
        file_type="application/pdf",
        file=b"%PDF-1.4",
        added_at=datetime.now(UTC),
    )
    build.session.add(row)
    build.session.commit()
    return row


def _session_row(
    build: Build, person: User, company: Company | None, delegation: int | None = None, token: str = ""
) -> UserSession:
    now = datetime.now(UTC)
    row = UserSession(
        token_hash=token_hash(token or new_token()),
        user_id=person.id,
        delegation_id=delegation,
        company_id=company.id if company else None,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )
    build.session.add(row)
    build.session.commit()
    return row
