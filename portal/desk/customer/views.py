"""Companies for staff: the list, and one company on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for

from portal.accounts.companies.queries import visible_company
from portal.accounts.delegations.queries import people_to_act_for
from portal.accounts.models import Company
from portal.accounts.people.queries import PersonRow, people_page
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.sight import sees_assigned_only
from portal.billing.credit.queries.credit import credit_of
from portal.billing.models.credit import CreditAccount
from portal.billing.terms.due import Terms
from portal.desk.activity.queries import names_in
from portal.desk.activity.story import SHOWN_TO_STAFF, StoryLine, story_of
from portal.desk.customer.queries.company import Summary, company_summary
from portal.desk.customer.queries.customers import customers
from portal.desk.customer.rhythm import rhythm_words, since_words
from portal.desk.lookup.question import read_question
from portal.desk.pages import blueprint
from portal.foundation.money import format_minor
from portal.foundation.paging import Page
from portal.orders.status import ICONS, TONES, label
from portal.orders.tracking.queries.history import HistoryRow, history
from portal.orders.tracking.queries.history_filter import HistoryFilter
from portal.touchpoints.facts import HistoryLookedUp
from portal.touchpoints.queries import timeline
from portal.web.access import needs
from portal.web.sessions import actor
from portal.web.touch import viewed
from portal.web.transaction import db, now

ENTRIES = 25


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """What the page of a company shows beside the company itself."""

    summary: Summary
    facts: list[tuple[str, str]]
    credit: CreditAccount | None
    people: Page[PersonRow]
    orders: Sequence[HistoryRow]
    story: list[StoryLine]
    next_href: str | None
    first_href: str | None
    subjects: list[tuple[int, str]]  # whom the actor may act for
    may_act: bool
    may_manage: bool


@blueprint.get("/customers", endpoint="customers")
@needs("customers:read")
def show_customers() -> str:
    """Companies by name, with how often they order; reps see theirs."""
    words = read_question(request.args.get("q")).text
    page = customers(db(), actor(), now=now(), words=words, cursor=request.args.get("after"))
    typed = words or None
    return render_template(
        "desk/customer/customers.html",
        rows=page.rows,
        words=words,
        only_own=sees_assigned_only(actor()),
        may_act=actor().can("delegations:start"),
        rhythm_words=rhythm_words,
        since_words=since_words,
        next_href=url_for(".customers", after=page.next_cursor, q=typed) if page.next_cursor else None,
        first_href=url_for(".customers", q=typed) if request.args.get("after") else None,
    )


@blueprint.get("/customers/<code>", endpoint="customer")
@needs("customers:read")
def show_customer(code: str) -> str:
    """A company: facts, credit, people, recent orders, drafts, and what happened."""
    company = visible_company(db(), actor(), code)
    viewed(HistoryLookedUp(opened="company"), account_id=company.id)
    return render_template(
        "desk/customer/customer.html",
        company=company,
        page=_page(company),
        roles=ROLE_LABELS,
        label=label,
        tones=TONES,
        icons=ICONS,
    )


def _page(company: Company) -> CustomerPage:
    entries = timeline(
        db(), account_id=company.id, cursor=request.args.get("after"), limit=ENTRIES, names=SHOWN_TO_STAFF
    )
    summary = company_summary(db(), company.id, now=now())
    may_act = actor().can("delegations:start")
    return CustomerPage(
        summary=summary,
        facts=_facts(summary, company.currency),
        credit=credit_of(db(), company.id),
        people=people_page(db(), company.id),
        orders=history(db(), company_id=company.id, wanted=HistoryFilter(), size=8).rows,
        story=story_of(entries.rows, names_in(db(), entries.rows, company_id=company.id)),
        next_href=_story_href(company, entries.next_cursor) if entries.next_cursor else None,
        first_href=_story_href(company, None) if request.args.get("after") else None,
        subjects=_subjects(company) if may_act else [],
        may_act=may_act,
        may_manage=actor().can("billing:manage"),
    )


def _story_href(company: Company, cursor: str | None) -> str:
    return url_for(".customer", code=company.code, after=cursor, _anchor="happened")


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
