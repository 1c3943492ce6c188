"""Choosing what to pay, and going to Stripe's page to pay it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.models import Company
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.billing.cash_application.queries import unapplied_cash
from portal.billing.methods.queries import methods_to_charge
from portal.billing.methods.use_cases.methods import chosen_method
from portal.billing.models.payments import PaymentAttempt
from portal.billing.pages import blueprint
from portal.billing.payments import pay_form
from portal.billing.payments.new_payment import NewPayment, RequestedShare
from portal.billing.payments.page import PayPage, confirm_on_page, go_to_stripe, is_test_mode, stripe
from portal.billing.payments.pay_form import PayForm
from portal.billing.payments.queries.group import are_of_group, branches_of, parent_of
from portal.billing.payments.queries.payable import Payable, payable, refuse_strangers, under_way_for
from portal.billing.payments.queries.payable_sets import SETS, numbers_of
from portal.billing.payments.rules import SHORT_REASONS, allocate
from portal.billing.payments.sums import MOST_ROWS, pay_rows, short_rows
from portal.billing.payments.use_cases.confirmation import ASKS
from portal.billing.payments.use_cases.giving_way import close_pages_of_links
from portal.billing.payments.use_cases.saved_charges import charge_attempt
from portal.billing.payments.use_cases.start import start_payment
from portal.billing.periods import Month
from portal.billing.settlement.split import Share, due_now
from portal.billing.stripe.api import StripeUnknown
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.secrets.handles import read_handle
from portal.foundation.tokens import new_token
from portal.foundation.wording import po_words
from portal.orders.drafts.queries import own_head
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import book_sessions, books, db, leave, now, own_transaction, today
from portal.web.ui import flash

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/payments/new", endpoint="new_payment")
@needs("invoices:pay")
def show_pay_form() -> str | Response:
    """The chosen invoices with an amount each, credit memos, and how to pay."""
    numbers = pay_form.numbers_in([*request.args.getlist("invoice"), *_all_asked()])
    documents = payable(db(), actor().customer_id, numbers)
    try:
        refuse_strangers(db(), actor().customer_id, documents, numbers)
    except NotFound:
        return _of_group(numbers)
    if not documents.chosen:
        if request.args.get("all") or request.args.get("statement"):
            flash("info", "Nothing of it is open.")
        return redirect(url_for("billing.invoices"))
    if settled := [each.number for each in documents.chosen if not each.open_minor]:
        return _without(settled, [each for each in numbers if each not in settled])
    form = _read(documents, _currency(db()))
    form.memos = tuple(memo.number for memo in documents.memos if memo.number in numbers)
    shares = _allocate(documents, form)
    return _page(db(), documents, form, shares)


def _of_group(numbers: list[str]) -> Response:
    """On to the page for the whole group, if the numbers are invoices of the payer's company and its branches.

    :raises NotFound: if they are not, or the payer may not pay for these branches.
    """
    payer = parent_of(db(), actor()) or db().get_one(Company, actor().customer_id)
    companies = [payer, *branches_of(db(), actor(), payer.id)]
    if not actor().can("invoices:pay") or actor().is_acting or len(companies) == 1:
        raise NotFound
    with own_transaction() as session:
        if not are_of_group(session, companies, numbers):
            raise NotFound
    return redirect(url_for("billing.new_group_payment", invoice=numbers), 303)


def _all_asked() -> list[str]:
    """The numbers of everything that is due, overdue or open, or of what is open of a statement."""
    name, code = request.args.get("all", ""), request.args.get("statement", "")
    month = Month.read(code)
    if (code and month is None) or (name and name not in SETS):
        raise NotFound
    if not (name or month):
        return []
    return numbers_of(db(), actor().customer_id, today(), name=name or "open", month=month)


def _without(settled: list[str], rest: list[str]) -> Response:
    """An older link or page names what has been paid since: go on with the rest."""
    flash("info", f"{' and '.join(settled)} {'is' if len(settled) == 1 else 'are'} paid already.")
    kept = {**request.args.to_dict(flat=False), "invoice": rest}
    # The arguments of any address: url_for types its own keywords.
    return redirect(
        url_for("billing.new_payment", **cast(Any, kept)) if rest else url_for("billing.invoices")
    )


@blueprint.post("/payments", endpoint="start_payment")
@needs("invoices:pay")
def create_payment() -> Response | Answer:
    """Begin the payment and go to Stripe's page. Idempotent per form. With "update" the page is shown again with its new
    total, and nothing else happens."""
    left_out = request.form.get("leave_out", "")
    numbers = [each for each in pay_form.numbers_in(request.form.getlist("invoice")) if each != left_out]
    if not numbers:
        flash("info", "Choose at least one invoice to pay.")
        return redirect(url_for("billing.invoices"))
    draft_id = _draft_id()
    documents = payable(db(), actor().customer_id, numbers)
    if len(documents.chosen) != len(numbers):
        return _of_group(numbers)
    form = _read(documents, _currency(db()))
    if request.form.get("update") or left_out:
        shares = _allocate(documents, form)
        return _page(db(), documents, form, shares), 422 if form.has_errors else 200
    leave()
    if not form.has_errors:
        wanted = [share.invoice_id for share in _requested(documents, form)]  # with the credit memos
        close_pages_of_links(book_sessions(), wanted, now=now(), api=stripe())
    attempt = None if form.has_errors else _start(documents, form, draft_id)
    return _refused(numbers, form) if attempt is None else _go_on(attempt)


def _refused(numbers: list[str], form: PayForm) -> Answer:
    """The form again, with the documents as they are after the refused transaction."""
    documents = payable(db(), actor().customer_id, numbers)
    shares = _allocate(documents, form, must_explain=True)
    page = _page(db(), documents, form, shares)
    return (page, 422) if form.retry_after is None else (page, 429, {"Retry-After": str(form.retry_after)})


def _go_on(attempt: PaymentAttempt) -> Response:
    """To Stripe's page; a saved method is charged at once, and our own page shows the result. If its bank wants the payer
    to confirm, who is there, Stripe's page asks."""
    api, status_page = stripe(), url_for("billing.payment", token=attempt.token)
    if api is None or attempt.state == "succeeded":
        return redirect(status_page, 303)
    if attempt.saved_method_id is None:
        return go_to_stripe(api, attempt, status_page)
    with suppress(StripeUnknown):
        attempt = charge_attempt(book_sessions(), attempt.id, now=now(), api=api)
    if attempt.state == "failed" and attempt.failure_code == ASKS:
        return confirm_on_page(api, attempt.token)
    return redirect(status_page, 303)


def _start(documents: Payable, form: PayForm, draft_id: int | None) -> PaymentAttempt | None:
    """Begin the payment; None if it was refused, which is on the form then."""
    with refusing(within=books()) as tried:
        saved = chosen_method(tried.session, actor=actor(), value=form.method, today=today())
        new = NewPayment(
            company_id=actor().customer_id,
            shares=_requested(documents, form),
            method_kind=saved.kind if saved else form.method,
            form_key=form.key,
            draft_id=draft_id,
            saved_method_id=saved.id if saved else None,
            save_method=form.save and not saved and actor().can("payments:administer"),
        )
        attempt = start_payment(tried.session, new, actor=actor(), now=now(), today=today())
        if attempt.amount_minor and stripe() is None:
            raise Rejected("cards_off", "Cards and bank debits are not taken here at the moment.")
    if (no := tried.refused) is not None:
        form.refuse(no.field, no.message)
        form.retry_after = no.retry_after if isinstance(no, TooManyTries) else None
        return None
    return attempt


def _draft_id() -> int | None:
    """The payer's draft for which the payment makes room, if it came from there."""
    asked = request.values.get("draft")
    return own_head(db(), actor(), read_handle("draft", asked) or 0).id if asked else None


def _currency(session: Session) -> str:
    return session.get_one(Company, actor().customer_id).currency


def _read(documents: Payable, currency: str) -> PayForm:
    values = request.values
    left = {each.number: documents.left(each) for each in documents.chosen}
    return pay_form.read(values, pay_form.numbers_in(values.getlist("memo")), left, currency)


def _requested(documents: Payable, form: PayForm) -> list[RequestedShare]:
    shares = [
        RequestedShare(each.id, typed.minor, typed.reason, typed.note)
        for each in documents.chosen
        if (typed := form.typed[each.number]).minor is not None
    ]
    return shares + [
        RequestedShare(each.id, documents.left(each)) for each in documents.memos if each.number in form.memos
    ]


def _allocate(documents: Payable, form: PayForm, *, must_explain: bool = False) -> list[Share]:
    """What would be paid now; refusals go on their fields. A share that lacks only a reason counts, too."""
    asked = (documents.documents, documents.taken, _requested(documents, form), today())
    shares, _ = allocate(*asked, must_explain=False)
    _, refusals = allocate(*asked, must_explain=must_explain)
    for no in refusals:
        number = (no.field or "").partition("_")[2]
        fields = form.typed.get(number)
        if fields is None or not (fields.amount_error or fields.reason_error):
            form.refuse(no.field, no.message)
    return shares


def _page(session: Session, documents: Payable, form: PayForm, shares: list[Share]) -> str:
    taken = [each.id for each in documents.chosen if documents.taken.get(each.id)]
    by_id, currency = {share.invoice_id: share for share in shares}, documents.chosen[0].currency
    rows = pay_rows([*documents.chosen, *documents.memos], by_id, currency)
    page = PayPage(
        documents=documents,
        form=form,
        shares=by_id,
        total_minor=due_now(shares),
        sum_rows=short_rows(rows, shares, currency),
        currency=currency,
        cash=unapplied_cash(session, actor().customer_id, ahead=False),
        saved=methods_to_charge(session, actor(), today()),
        under_way=under_way_for(session, actor().customer_id, taken) if taken else [],
        key=form.key or new_token(),
        draft=request.values.get("draft", ""),
        may_save=actor().can("payments:administer"),
        cards=stripe() is not None,
        today=today(),
    )
    return render_template(
        "billing/payments/pay.html",
        pay=page,
        many=len(documents.chosen) > MOST_ROWS,
        reasons=list(SHORT_REASONS.items()),
        po_words=po_words,
        test_mode=is_test_mode(),
    )
