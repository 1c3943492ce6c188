"""Companies for staff: the list, and one company on a page."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from portal.accounts.companies.queries import visible_company
from portal.accounts.delegations.queries import people_to_act_for
from portal.accounts.models import Company
from portal.accounts.people.queries import people_page
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sight import sees_assigned_only
from portal.billing.credit.queries.credit import credit_of
from portal.billing.terms.due import Terms
from portal.desk.activity.queries import names_in
from portal.desk.activity.story import TOLD_TO_STAFF, tell_all
from portal.desk.customer.queries.company import Summary, company_summary
from portal.desk.customer.queries.customers import customers as customer_page
from portal.desk.customer.rhythm import rhythm_words, since_words
from portal.desk.lookup.wanted import asked
from portal.desk.pages import blueprint
from portal.foundation.money import format_minor
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.queries.history import history
from portal.orders.tracking.queries.history_filter import HistoryFilter
from portal.touchpoints.facts import HistoryLookedUp
from portal.touchpoints.queries import timeline
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now

ENTRIES = 25


@blueprint.get("/customers")
@needs("customers:read")
def customers() -> str:
    """Companies by name, with how often they order; reps see theirs."""
    words = asked(request.args.get("q")).text
    page = customer_page(db(), actor(), now=now(), words=words, cursor=request.args.get("after"))
    more: dict[str, Any] = {"q": words} if words else {}
    return render_template(
        "desk/customer/customers.html",
        rows=page.rows,
        words=words,
        only_own=sees_assigned_only(actor()),
        may_act=actor().can("delegations:start"),
        rhythm_words=rhythm_words,
        since_words=since_words,
        next_href=url_for(".customers", after=page.next_cursor, **more) if page.next_cursor else None,
        first_href=url_for(".customers", **more) if request.args.get("after") else None,
    )


@blueprint.get("/customers/<code>")
@needs("customers:read")
def customer(code: str) -> str:
    """A company: facts, credit, people, recent orders, drafts, and what happened."""
    company = visible_company(db(), actor(), code)
    page = timeline(
        db(), account_id=company.id, cursor=request.args.get("after"), limit=ENTRIES, names=TOLD_TO_STAFF
    )
    may_act = actor().can("delegations:start")
    viewed(HistoryLookedUp(opened="company"), account_id=company.id)
    return render_template(
        "desk/customer/customer.html",
        company=company,
        summary=(summary := company_summary(db(), company.id, now=now())),
        facts=_facts(summary, company.currency),
        credit=credit_of(db(), company.id),
        people=(people := people_page(db(), company.id)).rows,
        more_people=people.next_cursor is not None,
        roles=ROLE_LABELS,
        orders=history(db(), company_id=company.id, wanted=HistoryFilter(), size=8).rows,
        label=label,
        tones=TONES,
        icons=ICONS,
        may_act=may_act,
        may_manage=actor().can("billing:manage"),
        subjects=_subjects(company) if may_act else [],
        told=tell_all(page.rows, names_in(db(), page.rows)),
        next_href=url_for(".customer", code=code, after=page.next_cursor, _anchor="happened")
        if page.next_cursor
        else None,
        first_href=url_for(".customer", code=code, _anchor="happened") if request.args.get("after") else None,
    )


def _subjects(company: Company) -> list[tuple[int, str]]:
    if not company.acting_consent or company.disabled_at is not None:
        return []
    return [(user.id, user.name) for user in people_to_act_for(db(), company)]


def _facts(summary: Summary, currency: str) -> list[tuple[str, str]]:
    terms = Terms(summary.terms_kind, summary.terms_days, summary.discount_bp, summary.discount_days)
    po = {"free": "Asked for", "required": "Required", "list": "From the company's jobs"}
    pairs = [
        ("Customer number", summary.code),
        ("Phone", summary.phone or ""),
        ("E-mail", summary.email or ""),
        ("Belongs to", summary.parent_name or ""),
        ("Home store", summary.store_name or ""),
        ("Price list", summary.price_list or ""),
        ("Terms", terms.words),
        ("PO numbers", po.get(summary.po_mode, summary.po_mode)),
        ("Sales rep", summary.reps or "Nobody yet"),
        ("Ordered in 12 months", format_minor(summary.year_minor, currency)),
    ]
    return [(name, value) for name, value in pairs if value]
