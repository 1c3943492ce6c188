"""The page of companies, stores and jobs that a session can work for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

from flask import render_template, request, url_for

from portal.accounts.companies.queries import CompanyChoice, companies_page, jobs_page
from portal.accounts.company_jobs.use_cases import may_add_jobs
from portal.accounts.models import CompanyJob
from portal.accounts.sign_in.forms import JobsForm
from portal.foundation.paging import Page, Row
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.transaction import db
from portal.web.urls import came_from, local_path


def context_page(jobs_form: JobsForm, status: int = 200) -> tuple[str, int]:
    """The context page; also shown again when the names of new jobs need correcting."""
    who = actor()
    return render_template(
        "accounts/context/context.html",
        companies=_companies() if who.kind == "customer" else None,
        jobs=_jobs(who.company_id) if who.company_id else None,
        jobs_form=jobs_form,
        may_add_jobs=may_add_jobs(who, visit().po_mode),
        here=visit(),
        back=_back(),
    ), status


@dataclass(frozen=True)
class Chosen(Generic[Row]):
    """A page of a list to choose from, as it was asked for."""

    rows: Sequence[Row]
    words: str
    next_href: str | None
    first_href: str | None

    @property
    def is_long(self) -> bool:
        """Whether a search box is of use."""
        return bool(self.words or self.next_href or self.first_href)


def _companies() -> Chosen[CompanyChoice]:
    words, cursor = _asked("company")
    return _chosen("company", companies_page(db(), actor().user_id, words=words, cursor=cursor))


def _jobs(company_id: int) -> Chosen[CompanyJob]:
    words, cursor = _asked("job")
    return _chosen("job", jobs_page(db(), company_id, words=words, cursor=cursor))


def _asked(name: str) -> tuple[str, str | None]:
    return strip(request.args.get(name, ""))[:60], request.args.get(f"{name}_after")


def _chosen(name: str, page: Page[Row]) -> Chosen[Row]:
    words, cursor = _asked(name)
    kept: dict[str, Any] = {name: words or None, "next": _back() or None, "_anchor": name}

    def href(**more: Any) -> str:
        return url_for(".context", **kept, **more)

    return Chosen(
        page.rows,
        words,
        next_href=href(**{f"{name}_after": page.next_cursor}) if page.next_cursor else None,
        first_href=href() if cursor else None,
    )


def _back() -> str:
    """Where the person came from to choose; kept while they look through the lists."""
    before = local_path(request.args.get("next"), "") or came_from()
    return "" if before.startswith(url_for(".context")) else before
