"""Paying the invoices of a parent and its branches in one payment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.context.use_cases import switch_company
from portal.accounts.models import Company
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.billing.invoices.queries.open_documents import OpenDocument
from portal.billing.invoices.words import due_words
from portal.billing.pages import blueprint
from portal.billing.payments.new_payment import GroupShare, NewPayment, RequestedShare
from portal.billing.payments.page import go_to_stripe, is_test_mode, stripe
from portal.billing.payments.pay_form import numbers_in
from portal.billing.payments.queries.group import GroupCompany, check_group, group_companies, parent_of
from portal.billing.payments.queries.payable_sets import SETS
from portal.billing.payments.rules import METHODS, MOST_DOCUMENTS
from portal.billing.payments.use_cases.start import start_payment
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.inputs import read_text
from portal.foundation.tokens import new_token
from portal.web.access import needs
from portal.web.refusals import refusing
from portal.web.sessions import actor
from portal.web.transaction import books, db, leave, now, own_transaction, today
from portal.web.ui import flash

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """What can be paid of each company, and what is ticked; amounts in minor units of ``currency``."""

    companies: Sequence[GroupCompany]
    ticked: frozenset[str]
    currency: str
    key: str
    today: date
    errors: tuple[str, ...] = ()

    def to_pay_minor(self, of: GroupCompany | None = None) -> int:
        """What the ticked invoices cost today, of one company or of all."""
        return sum(
            each.free_minor - each.saved_minor(self.today)
            for company in ([of] if of else self.companies)
            for each in company.documents
            if each.number in self.ticked
        )


@blueprint.get("/group-payments/new", endpoint="new_group_payment")
@needs("invoices:pay")
def show_group_form() -> str:
    """The open invoices by company; those that the address names are ticked, or all that are overdue, due or open. Whoever
    works in a branch goes on in its parent, which pays."""
    parent = parent_of(db(), actor()) if actor().can("invoices:pay") and not actor().is_acting else None
    if parent is not None:
        numbers_asked = numbers_in(request.args.getlist("invoice"))
        return render_template("billing/payments/group_parent.html", parent=parent, numbers=numbers_asked)
    companies = _companies()
    numbers = set(numbers_in(request.args.getlist("invoice"))) | _all_asked(companies)
    return _page(companies, numbers, new_token())


@blueprint.post("/group-payments/parent", endpoint="pay_in_parent")
@needs("invoices:pay")
def create_stay_in_parent() -> Response:
    """Go on in the parent of the reader's company.

    :raises NotFound: if there is none in which the reader may pay.
    """
    parent = parent_of(db(), actor())
    if parent is None:
        raise NotFound
    numbers = numbers_in(request.form.getlist("invoice"))
    switch_company(db(), actor=actor(), company_id=parent.id)
    flash("ok", f"You now order for {parent.name}.")
    return redirect(url_for("billing.new_group_payment", invoice=numbers), 303)


@blueprint.post("/group-payments", endpoint="start_group_payment")
@needs("invoices:pay")
def create_group_payment() -> Response | str | Answer:
    """Go to Stripe's page with all that is ticked. Idempotent per form; with "update" only the sums are worked out."""
    companies, numbers = _companies(), set(numbers_in(request.form.getlist("invoice")))
    key = read_text(request.form, "key", 100)
    if request.form.get("update"):
        return _page(companies, numbers, key)
    leave()
    api = stripe()
    with refusing(within=books()) as tried:
        if api is None:
            raise Rejected("cards_off", "Cards and bank debits are not taken here at the moment.")
        attempt = start_payment(
            tried.session, _new(companies, numbers, key), actor=actor(), now=now(), today=today()
        )
    if (no := tried.refused) is not None:
        page = _page(companies, numbers, key, no.message)
        return (
            (page, 429, {"Retry-After": str(no.retry_after)}) if isinstance(no, TooManyTries) else (page, 422)
        )
    return go_to_stripe(api, attempt, url_for("billing.payment", token=attempt.token))


def _companies() -> list[GroupCompany]:
    """The reader's own company and its branches.

    :raises NotFound: if there is no branch for which the reader may pay.
    """
    own = db().get_one(Company, actor().customer_id)
    companies = [own, *check_group(db(), actor())]
    with own_transaction() as session:
        return group_companies(session, companies)


def _all_asked(companies: Collection[GroupCompany]) -> set[str]:
    name = request.args.get("all", "")
    if name and name not in SETS:
        raise NotFound
    return {each.number for of in companies for each in of.documents if name and _fits(each, name)}


def _fits(document: OpenDocument, name: str) -> bool:
    return name == "open" or document.due_on < today() or (name == "due" and document.due_on == today())


def _new(companies: Sequence[GroupCompany], numbers: Collection[str], key: str) -> NewPayment:
    """What the payment is for: the own invoices as in any payment, and those of the branches.

    :raises NotFound: for a number that is no open invoice of the group's.
    :raises Rejected: without a number, or with too many.
    """
    own, *branches = companies
    chosen = [(of, each) for of in branches for each in of.documents if each.number in numbers]
    mine = [each for each in own.documents if each.number in numbers]
    if len(chosen) + len(mine) != len(numbers):
        raise Rejected("changed", "Some of these invoices were paid meanwhile. Look at what is ticked.")
    if not numbers:
        raise Rejected("nothing_chosen", "Choose at least one invoice to pay.")
    if len(numbers) > MOST_DOCUMENTS:
        raise Rejected("too_many", f"Choose at most {MOST_DOCUMENTS:,} invoices at a time.")
    kind = request.form.get("method", "")
    return NewPayment(
        company_id=own.company.id,
        shares=[RequestedShare(each.id, each.free_minor) for each in mine],
        method_kind=kind if kind in METHODS else "card",
        form_key=key,
        group=[
            GroupShare(
                of.company.id,
                of.company.name,
                each.id,
                each.number,
                each.free_minor,
                each.saved_minor(today()),
            )
            for of, each in chosen
        ],
    )


def _page(companies: Sequence[GroupCompany], numbers: Collection[str], key: str, *errors: str) -> str:
    currency = companies[0].company.currency
    page = GroupPage(
        companies=[each for each in companies if each.documents],
        ticked=frozenset(numbers),
        currency=currency,
        key=key,
        today=today(),
        errors=errors,
    )
    methods = {kind: words for kind, words in METHODS.items() if kind == "card" or currency == "USD"}
    return render_template(
        "billing/payments/group.html",
        page=page,
        methods=methods,
        cards=stripe() is not None,
        due_words=due_words,
        test_mode=is_test_mode(),
    )
