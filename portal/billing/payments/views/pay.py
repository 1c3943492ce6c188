"""Choosing what to pay, and going to Stripe's page with it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.billing.methods.queries import methods_to_charge
from portal.billing.methods.use_cases import methods
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payments import pay_form
from portal.billing.payments.page import go_to_stripe, is_test_mode, stripe
from portal.billing.payments.pay_form import PayForm
from portal.billing.payments.queries.payable import Payable, payable, under_way_for
from portal.billing.payments.sums import pay_rows
from portal.billing.payments.use_cases.payable import METHODS, SHORT_REASONS, Want, judge
from portal.billing.payments.use_cases.saved_charges import charge
from portal.billing.payments.use_cases.start import start
from portal.billing.settlement.queries import unapplied_cash
from portal.billing.settlement.split import Share, due_now
from portal.billing.stripe.api import Stripe, StripeUnknown
from portal.foundation.amounts import amount_field
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.tokens import new_token
from portal.foundation.wording import po_words
from portal.orders.drafts.queries import own_head
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import book_sessions, books, db, leave, now, today
from portal.web.ui import flash


@blueprint.get("/payments/new", endpoint="new_payment")
@needs("invoices:pay")
def new_payment() -> str | Response:
    """The chosen invoices with an amount each, credit memos, and how to pay."""
    numbers = pay_form.numbers_in(request.args.getlist("invoice"))
    documents = payable(db(), actor().customer_id, numbers)
    if not documents.chosen:
        if numbers and not _are_ours(documents, numbers):
            raise NotFound
        return redirect(url_for("billing.invoices"))
    if settled := [each.number for each in documents.chosen if not each.open_minor]:
        return _without(settled, [each for each in numbers if each not in settled])
    form = _read(documents, _currency(db()))
    form.memos = tuple(memo.number for memo in documents.memos if memo.number in numbers)
    shares = _judge(documents, form)
    return _page(db(), documents, form, shares)


def _without(settled: list[str], rest: list[str]) -> Response:
    """An older link or page names what somebody has paid since: go on with the rest."""
    flash("info", f"{' and '.join(settled)} {'is' if len(settled) == 1 else 'are'} paid already.")
    kept: dict[str, Any] = {**request.args.to_dict(flat=False), "invoice": rest}
    return redirect(url_for("billing.new_payment", **kept) if rest else url_for("billing.invoices"))


@blueprint.post("/payments", endpoint="start_payment")
@needs("invoices:pay")
def start_payment() -> Response | tuple[str, int]:
    """Write the payment down and go to Stripe's page. Pressed twice: the same payment. With "update" the page comes
    again with its new total, and nothing else happens."""
    numbers = pay_form.numbers_in(request.form.getlist("invoice"))
    company_id = actor().customer_id
    if not numbers:
        flash("info", "Choose at least one invoice to pay.")
        return redirect(url_for("billing.invoices"))
    draft_id = _draft_id()
    documents = payable(db(), company_id, numbers)
    if len(documents.chosen) != len(numbers):
        raise NotFound
    form = _read(documents, _currency(db()))
    if request.form.get("update"):
        shares = _judge(documents, form)
        return _page(db(), documents, form, shares), 422 if form.has_errors else 200
    leave()
    attempt = None if form.has_errors else _start(documents, form, draft_id)
    if attempt is None:
        documents = payable(db(), company_id, numbers)
        shares = _judge(documents, form, must_explain=True)
        return _page(db(), documents, form, shares), 422
    api = stripe()
    if api is None or attempt.state == "succeeded":
        return redirect(url_for("billing.payment", token=attempt.token), 303)
    status_page = url_for("billing.payment", token=attempt.token)
    if attempt.saved_method_id is not None:
        return charge_saved(api, attempt.id, status_page)
    return go_to_stripe(api, attempt, status_page)


def _start(documents: Payable, form: PayForm, draft_id: int | None) -> PaymentAttempt | None:
    """Write the payment down; None when it was refused, which stands on the form then."""
    with refusing(within=books()) as tried:
        session = tried.session
        saved = methods.chosen(session, actor=actor(), value=form.method, today=today())
        attempt = start(
            session,
            actor=actor(),
            company_id=actor().customer_id,
            wants=_wants(documents, form),
            now=now(),
            today=today(),
            method_kind=saved.kind if saved else form.method,
            form_key=form.key,
            draft_id=draft_id,
            saved_method_id=saved.id if saved else None,
            save_method=form.save and not saved and actor().can("payments:administer"),
        )
        if attempt.amount_minor and stripe() is None:
            raise Rejected("cards_off", "Cards and bank debits are not taken here at the moment.")
    if (no := tried.refused) is not None:
        form.refuse(no.field, no.message)
        return None
    return attempt


def charge_saved(api: Stripe, attempt_id: int, status_page: str) -> Response:
    """Charge a saved method at once; our own page says what came of it."""
    with suppress(StripeUnknown):
        charge(book_sessions(), attempt_id, now=now(), api=api)
    return redirect(status_page, 303)


def _draft_id() -> int | None:
    """The payer's draft for which room is made by paying, if the payment came from there."""
    typed = request.values.get("draft", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 15):
        return None
    return own_head(db(), actor(), int(typed)).id


def _currency(session: Session) -> str:
    return session.get_one(Company, actor().customer_id).currency


def _are_ours(documents: Payable, numbers: list[str]) -> bool:
    return any(memo.number in numbers for memo in documents.memos)


def _read(documents: Payable, currency: str) -> PayForm:
    values = request.values
    left = {each.number: documents.left(each) for each in documents.chosen}
    return pay_form.read(values, pay_form.numbers_in(values.getlist("memo")), left, currency)


def _wants(documents: Payable, form: PayForm) -> list[Want]:
    wants = [
        Want(each.id, typed.minor, typed.reason, typed.note)
        for each in documents.chosen
        if (typed := form.typed[each.number]).minor is not None
    ]
    return wants + [
        Want(each.id, documents.left(each)) for each in documents.memos if each.number in form.memos
    ]


def _judge(documents: Payable, form: PayForm, *, must_explain: bool = False) -> list[Share]:
    """What would be paid now; refusals go beside their fields. What lacks nothing but a reason counts all the same."""
    wants, day = _wants(documents, form), today()
    shares, _ = judge(documents.documents, documents.taken, wants, day, must_explain=False)
    _, refusals = judge(documents.documents, documents.taken, wants, day, must_explain=must_explain)
    for no in refusals:
        number = (no.field or "").partition("_")[2]
        fields = form.typed.get(number)
        if fields is None or not (fields.amount_error or fields.reason_error):
            form.refuse(no.field, no.message)
    return shares


def _page(session: Session, documents: Payable, form: PayForm, shares: list[Share]) -> str:
    taken = [each.id for each in documents.chosen if documents.taken.get(each.id)]
    currency = documents.chosen[0].currency
    by_id = {share.invoice_id: share for share in shares}
    context: dict[str, Any] = {
        "documents": documents,
        "form": form,
        "shares": by_id,
        "total_minor": due_now(shares),
        "sum_rows": pay_rows([*documents.chosen, *documents.memos], by_id, currency),
        "currency": currency,
        "reasons": list(SHORT_REASONS.items()),
        "methods": {k: v for k, v in METHODS.items() if k == "card" or currency == "USD"},
        "method": form.method if form.method in METHODS or form.method.startswith("saved-") else "card",
        "may_save": actor().can("payments:administer"),
        "cash": unapplied_cash(session, actor().customer_id, ahead=False),
        "saved": methods_to_charge(session, actor(), today()),
        "under_way": under_way_for(session, actor().customer_id, taken) if taken else [],
        "key": form.key or new_token(),
        "draft": request.values.get("draft", ""),
        "amount_field": amount_field,
        "po_words": po_words,
        "cards": stripe() is not None,
        "test_mode": is_test_mode(),
        "today": today(),
    }
    return render_template("billing/payments/pay.html", **context)
