"""One box for a caller on the phone: finds what they name, and opens it if it can only be one thing."""

from __future__ import annotations

from collections.abc import Iterable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.roles import ROLE_LABELS
from portal.desk.lookup.queries.search import PER_KIND, Found, look_up
from portal.desk.lookup.question import Question, read_question
from portal.desk.pages import blueprint
from portal.orders.status import TONES, label
from portal.touchpoints.facts import HistoryLookedUp
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db

GROUPS = (
    ("order", "Orders"),
    ("invoice", "Invoices"),
    ("payment", "Payments"),
    ("company", "Companies"),
    ("person", "People"),
    ("product", "Products"),
)
WHY = {
    "number": "number",
    "po": "PO number",
    "sku": "product on it",
    "name": "name",
    "similar": "a similar name",
    "code": "customer number",
    "phone": "phone",
    "email": "e-mail",
    "reference": "reference",
    "amount": "amount",
    "card": "last four digits",
}


@blueprint.get("/lookup", endpoint="lookup")
@needs("lookup:use")
def show_lookup() -> str | Response:
    """Results by kind, exact ones first; a single one is opened."""
    question = read_question(request.args.get("q"))
    found = look_up(db(), actor(), question)
    only = None if "HX-Request" in request.headers else _only(found)
    if not question.is_empty:
        _record_lookup(question, [only] if only else found, results=len(found))
    return redirect(href(only)) if only is not None else _page(question, found)


def _record_lookup(question: Question, shown: list[Found], *, results: int) -> None:
    """Every answer leaves a trace with what it showed, also the one that comes while somebody types: a script can type,
    too. The page asks once typing pauses."""
    one = shown[0] if len(shown) == 1 else None
    looked_up = HistoryLookedUp(
        results=results,
        query_kind=question.kind,
        query_length=len(question.text),
        opened=one.kind if one else None,
        accounts=_distinct(each.company_id for each in shown),
        people=_distinct(each.person_id for each in shown),
        documents=[each.ref for each in shown if each.kind in ("order", "invoice", "payment")] or None,
    )
    viewed(looked_up, account_id=one.company_id if one else None)


def _distinct(ids: Iterable[int | None]) -> list[int] | None:
    return sorted({each for each in ids if each is not None}) or None


def _page(question: Question, found: list[Found]) -> str:
    groups = [(words, [each for each in found if each.kind == kind]) for kind, words in GROUPS]
    return render_template(
        "desk/lookup/lookup.html",
        question=question,
        groups=[(words, rows) for words, rows in groups if rows],
        count=len(found),
        per_kind=PER_KIND,
        href=href,
        why=WHY,
        label=label,
        tones=TONES,
        roles=ROLE_LABELS,
    )


def href(found: Found) -> str:
    """Where a result leads: a product to the orders that have it."""
    if found.kind == "order":
        return url_for(".support_order", number=found.ref)
    if found.kind == "invoice":
        return url_for("billing_staff.invoice", number=found.ref)
    if found.kind == "payment":
        if actor().can("billing:manage"):
            return url_for("billing_staff.payment", number=found.ref)
        return url_for("billing_staff.customer", code=found.email)
    if found.kind == "product":
        return url_for(".lookup", q=found.ref)
    return url_for(".customer", code=found.ref) if found.ref else url_for(".lookup", q=found.email)


def _only(found: list[Found]) -> Found | None:
    """The only result, or the only exact one; None if several can be meant."""
    openable = [each for each in found if each.kind != "product" and each.ref]
    exact = [each for each in openable if each.exact]
    if len(exact) == 1 and exact[0].why in {"number", "po", "code", "email"}:
        return exact[0]
    return openable[0] if len(found) == 1 and openable else None
