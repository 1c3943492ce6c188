"""Paying in tests: the real SDK over HTTP to the sandbox's Stripe, the payer's browser, and the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

import portal.models  # noqa: F401  (every table must be known before the first one is written)
from portal.accounts.models import Company, User
from portal.billing.models.invoices import Invoice
from portal.billing.models.methods import SavedMethod
from portal.billing.models.payments import Payment, PaymentAttempt
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.use_cases.checkout import open_checkout
from portal.billing.payments.use_cases.start import start_payment
from portal.billing.payments.use_cases.sync import sync_attempt
from portal.billing.stripe.api import Limits, Stripe
from portal.foundation.actor import Actor
from portal.foundation.clock import utcnow
from portal.foundation.db import transaction
from tests.builders import Build
from tests.invoices import TODAY, make_invoice
from tests.sandbox.stripe.standing import KEY, SECRET, Browser, Sandbox, until

CARD = "4242424242424242"
DECLINED = "4000000000000002"
ACCOUNT = "000123456789"
BOUNCING = "000111111116"
# Sums of the whole ledger that must be zero, and what would break if a rule of the books were broken.
UNBALANCED = text(
    "select transaction_id from ledger_entry group by transaction_id, currency having sum(amount_minor) <> 0"
)


class Till:
    """A company with a payer, and everything one needs to pay its invoices at the sandbox's Stripe."""

    def __init__(self, sandbox: Sandbox, sessions: sessionmaker[Session], build: Build) -> None:
        self.sandbox, self.sessions, self.build = sandbox, sessions, build
        self.api = self.stripe()
        self.client = sandbox.client()
        self.company: Company = build.company("Harbor Painting", limit=10_000_000)
        self.user: User = build.user(self.company, "company_admin")
        self.actor: Actor = build.actor(self.user, self.company, "company_admin")
        self.browser = Browser()

    def stripe(self, **more: Any) -> Stripe:
        """A connection of its own."""
        options: dict[str, Any] = {
            "api": self.sandbox.url,
            "webhook_secret": SECRET,
            "limits": Limits((10.0, 60.0), retries=0),
            "portal_url": "http://localhost",
            **more,
        }
        return Stripe(KEY, **options)

    def invoice(self, net: int = 10_000, **fields: Any) -> Invoice:
        return make_invoice(self.build.session, self.company, net=net, **fields)

    def saved_card(self) -> int:
        """A card that the company has saved; its id. What was added before is committed with it."""
        card = SavedMethod(
            company_id=self.company.id,
            stripe_method_id="pm_1",
            kind="card",
            brand="Visa",
            last4="4242",
            saved_at=utcnow(),
        )
        self.build.session.add(card)
        self.build.session.commit()
        return card.id

    def start(
        self, *wants: RequestedShare | Invoice, actor: Actor | None = None, **more: Any
    ) -> PaymentAttempt:
        """Transaction 1, for all that is open of the invoices unless a share says less."""
        now: datetime = more.pop("now", None) or utcnow()
        today: date = more.pop("today", None) or TODAY
        shares = [w if isinstance(w, RequestedShare) else RequestedShare(w.id, w.open_minor) for w in wants]
        new = NewPayment(company_id=self.company.id, shares=shares, **more)
        with transaction(self.sessions) as session:
            return start_payment(session, new, actor=actor or self.actor, now=now, today=today)

    def open(self, attempt: PaymentAttempt, api: Stripe | None = None) -> str:
        return open_checkout(self.sessions, attempt.id, now=utcnow(), api=api or self.api)

    def sync(self, attempt: PaymentAttempt, api: Stripe | None = None) -> PaymentAttempt:
        return sync_attempt(self.sessions, attempt.id, now=utcnow(), api=api or self.api)

    def by_card(self, url: str, number: str = CARD, **more: str) -> None:
        """The payer on the page."""
        answer = self.browser.pay_by_card(url, number, **more)
        assert answer.status_code < 500, answer.text

    def by_bank(self, url: str, account: str = ACCOUNT) -> None:
        answer = self.browser.pay_by_bank(url, account)
        assert answer.status_code in (302, 303), answer.text

    def paid(self, *invoices: Invoice, number: str = CARD) -> PaymentAttempt:
        """All of it, to the end."""
        attempt = self.start(*invoices)
        self.by_card(self.open(attempt), number)
        return self.sync(attempt)

    def later(self) -> None:
        """The few seconds are over for which pages leave Stripe alone after asking about an attempt."""
        with self.sessions.begin() as session:
            session.execute(text("update payment_attempt set checked_at = checked_at - interval '1 minute'"))

    def attempt(self, attempt: PaymentAttempt) -> PaymentAttempt:
        with self.sessions() as session:
            return session.get_one(PaymentAttempt, attempt.id)

    def opens(self, *invoices: Invoice) -> list[int]:
        """What is open of each now."""
        with self.sessions() as session:
            rows = session.execute(select(Invoice.id, Invoice.open_minor)).all()
        known = {row.id: row.open_minor for row in rows}
        return [known[invoice.id] for invoice in invoices]

    def payments(self) -> Sequence[Payment]:
        with self.sessions() as session:
            return session.scalars(select(Payment).order_by(Payment.id)).all()

    def charges(self) -> list[Any]:
        """Charges at Stripe that took money."""
        return [c for c in self.client.v1.charges.list({"limit": 100}).data if c.status == "succeeded"]

    def postings(self, kind: str = "payment") -> list[str]:
        query = text("select posting_key from ledger_transaction where kind = :kind order by id")
        with self.sessions() as session:
            return list(session.scalars(query, {"kind": kind}))

    def check_books(self, hundredfold: int = 1) -> None:
        """Both sides' books agree to the cent: what is on our account "stripe" is Stripe's balance.

        :param hundredfold: 100 for a currency that Stripe counts in hundredths and we do not.
        """
        with self.sessions() as session:
            assert not session.execute(UNBALANCED).all()
            ours = session.scalar(
                text(
                    "select coalesce(sum(amount_minor), 0) from ledger_entry "
                    "where account = 'stripe' and company_id = :company"
                ),
                {"company": self.company.id},
            )
        balance = self.client.v1.balance.retrieve()
        theirs = sum(part.amount for part in [*balance.available, *balance.pending])
        assert ours * hundredfold == theirs, f"our books say {ours}, Stripe's {theirs}"

    def deliver(self, kind: str) -> dict[str, Any]:
        """The newest event of a type, as Stripe holds it."""
        found = until(lambda: self.client.v1.events.list({"type": kind, "limit": 1}).data)
        return dict(found[0].to_dict())
