"""The page of one of the seller's people; the views that change them show it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from portal.accounts.models import Company, User
from portal.accounts.roles import ROLE_LABELS
from portal.accounts.staff.forms import AssignmentForm
from portal.accounts.staff.queries import assigned_to, staff_member, state_of, unsent_invitation
from portal.web.sessions import actor
from portal.web.transaction import db


@dataclass(frozen=True)
class StaffPage:
    """One of the seller's people; ``companies`` are those that a rep looks after, ``unsent`` is why the invitation was
    not sent."""

    person: User
    state: str
    role_label: str
    is_self: bool
    companies: Sequence[Company]
    unsent: str


def member_page(user_id: int, form: AssignmentForm) -> str:
    """Render the page of one of the seller's people.

    :raises NotFound: if there is no such person.
    """
    user = staff_member(db(), user_id)
    state = state_of(user)
    page = StaffPage(
        person=user,
        state=state,
        role_label=ROLE_LABELS[user.kind],
        is_self=user.id == actor().user_id,
        companies=assigned_to(db(), user.id) if user.kind == "rep" else [],
        unsent=unsent_invitation(db(), user) if state == "invited" else "",
    )
    return render_template("accounts/staff/staff_member.html", page=page, form=form)
