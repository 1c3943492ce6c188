"""The answer to a form that was shown in another company or stay: nothing was done, here is the way back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, render_template, request

from portal.accounts.companies.queries import CompanyChoice, company_choice
from portal.accounts.context.use_cases import switch_company
from portal.accounts.moved_forms.queries import Stay, stay_of
from portal.foundation.logs import SECRET_NAMES
from portal.web.browser.form_tokens import Place
from portal.web.scope import unscoped
from portal.web.sessions import actor, visit
from portal.web.transaction import db, leave
from portal.web.urls import came_from

GO_BACK = "go_back"


@dataclass(frozen=True, kw_only=True)
class MovedForm:
    """What the page shows.

    :ivar company: where it was shown, if the person still works there.
    :ivar stay: in which of the rep's stays it was shown.
    :ivar typed: fields as they were sent, so that nothing is lost.
    :ivar resend: whether all of it can be sent again from here: no file, no password.
    :ivar page_href: the page that the form was on.
    """

    company: CompanyChoice | None
    stay: Stay | None
    was_elsewhere: bool
    typed: list[tuple[str, str]]
    resend: bool
    action: str
    token: str
    page_href: str


def moved_form(shown: Place) -> tuple[str, int] | None:
    """The page, with 409. None lets it through: the person goes to a company by name, or
    back to the one where the form was shown."""
    if request.endpoint == "accounts.context" and request.form.get("company_id"):
        return None  # says itself where to go
    company = _company(shown)
    if company is not None and request.form.get(GO_BACK) == "yes":
        _return_to(company)
        return None
    return render_template(
        "accounts/moved_forms/moved_form.html", form=_form(shown, company), go_back=GO_BACK
    ), 409


def _company(shown: Place) -> CompanyChoice | None:
    """The company of a customer's form; None for a rep's: a stay that ended is not taken up again by a form."""
    if shown.company_id is None or shown.delegation_id is not None:
        return None
    return company_choice(db(), actor().user_id, shown.company_id)


def _return_to(company: CompanyChoice) -> None:
    """Switch for good, so that a refusal of the form leaves the person where the form is shown again."""
    switch_company(db(), actor=actor(), company_id=company.id)
    leave()
    for known in ("visit", "scope", "sealed_place"):
        g.pop(known, None)
    visit()


def _form(shown: Place, company: CompanyChoice | None) -> MovedForm:
    typed = [each for each in request.form.items(multi=True) if each[0] not in ("csrf_token", GO_BACK)]
    secret = any(SECRET_NAMES.search(name) for name, _ in typed)
    return MovedForm(
        company=company,
        stay=_stay(shown),
        was_elsewhere=shown.company_id is not None,
        typed=[each for each in typed if not SECRET_NAMES.search(each[0])],
        resend=not secret and not request.files,
        action=request.full_path.rstrip("?"),
        token=request.form.get("csrf_token", ""),
        page_href=came_from() or "/",
    )


def _stay(shown: Place) -> Stay | None:
    if not actor().is_staff:
        return None
    unscoped(db())  # another customer's name, which the rep was shown with the form
    return stay_of(db(), shown.delegation_id, actor().user_id)
