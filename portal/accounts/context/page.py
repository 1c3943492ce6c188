"""The page of companies, stores and jobs that a session can work for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

from flask import render_template, request, url_for

from portal.accounts.companies.queries import CompanyChoice, companies_page
from portal.accounts.company_jobs.forms import JobsForm
from portal.accounts.company_jobs.queries import jobs_page
from portal.accounts.company_jobs.use_cases import may_add_jobs
from portal.accounts.models import CompanyJob
from portal.foundation.paging import Page, Row
from portal.web.forms import strip
from portal.web.sessions import actor, visit
from portal.web.transaction import db
from portal.web.urls import came_from, local_path


@dataclass(frozen=True)
class Choices(Generic[Row]):
    """A page of a list to choose from, with the words searched for."""

    rows: Sequence[Row]
    words: str
    next_href: str | None
    first_href: str | None

    @property
    def is_long(self) -> bool:
        """Whether a search box is useful."""
        return bool(self.words or self.next_href or self.first_href)


def context_page(jobs_form: JobsForm, status: int = 200) -> tuple[str, int]:
    """The context page; also rendered when the names of new jobs have errors."""
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


def _companies() -> Choices[CompanyChoice]:
    words, cursor = _asked("company")
    return _choices("company", companies_page(db(), actor().user_id, words=words, cursor=cursor))


def _jobs(company_id: int) -> Choices[CompanyJob]:
    words, cursor = _asked("job")
    return _choices("job", jobs_page(db(), company_id, words=words, cursor=cursor))


def _asked(name: str) -> tuple[str, str | None]:
    return strip(request.args.get(name, ""))[:60], request.args.get(f"{name}_after")


def _choices(name: str, page: Page[Row]) -> Choices[Row]:
    words, cursor = _asked(name)

    def href(**more: Any) -> str:
        kept = {name: words or None, "next": _back() or None, **more}
        return url_for(".context", _anchor=name, **kept)

    return Choices(
        page.rows,
        words,
        next_href=href(**{f"{name}_after": page.next_cursor}) if page.next_cursor else None,
        first_href=href() if cursor else None,
    )


def _back() -> str:
    """Where the person came from; kept while they page through the lists."""
    before = local_path(request.args.get("next"), "") or came_from()
    return "" if before.startswith(url_for(".context")) else before
