"""Before every view: a second factor where one is required, and a fresh proof for what must not be done from a browser
that was left open."""

from __future__ import annotations

from flask import current_app, g, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.accounts.pages import Answer, blueprint
from portal.accounts.second_factors.forms import PROOF, ProofForm
from portal.accounts.second_factors.page import confirm_visit, owes_second_factor, site
from portal.accounts.sign_in.page import refused
from portal.web.access import PUBLIC, is_fresh, needs_confirmation, request_permission
from portal.web.htmx import go
from portal.web.sessions import Visit, visit
from portal.web.transaction import SAFE_METHODS, now, only_reads
from portal.web.ui import flash
from portal.web.urls import came_from

# What somebody does who still has to set up a second factor: exactly that, or work for another company.
OPEN = frozenset({"account:manage", "context:switch"})
# In the signed cookie of form tokens: where somebody was going who was led to set one up.
ONWARD = "after_set_up"


@blueprint.before_app_request
def check_assurance() -> Answer | None:
    """Lead to the set-up, or ask for a proof, in place of the view."""
    if request.endpoint is None or request_permission() == PUBLIC:
        return None
    seen = visit()
    if not seen.is_authenticated:
        return None
    if owes_second_factor(seen) and request_permission() not in OPEN:
        return _lead(seen)
    view = current_app.view_functions[request.endpoint]
    if request.method not in SAFE_METHODS and needs_confirmation(view) and not is_fresh(seen, now=now()):
        return _confirm()
    return None


def _lead(seen: Visit) -> Response:
    """To the page where the second factor is shown or set up; what was sent is not done."""
    reads = only_reads()
    here = request.full_path.rstrip("?") if reads and not request.headers.get("HX-Request") else came_from()
    if seen.has_second_factor:
        return go(url_for("accounts.confirmation", next=here or None))
    session[ONWARD] = here
    words = "Set up a second factor first: it is required here."
    flash("warn", words if reads else f"{words} What you just sent was not done.")
    return go(url_for("accounts.security"))


def _confirm() -> Answer | None:
    if request.headers.get("HX-Request"):
        return go(url_for("accounts.confirmation", next=came_from() or None))
    if not any(request.form.get(name) for name in PROOF):
        g.refusal_recorded = True  # nothing is refused: the person is asked
        return _page(ProofForm(formdata=None)), 403
    form = ProofForm()
    no = confirm_visit(form)
    return None if no is None else refused(no, _page(form))


def _page(form: ProofForm) -> str:
    """The form as it was sent goes along, hidden, so that nothing typed is lost."""
    kept = [
        (name, value) for name, value in request.form.items(multi=True) if name not in {*PROOF, "csrf_token"}
    ]
    return render_template(
        "accounts/second_factors/confirm.html",
        form=form,
        kept=kept,
        action=request.full_path.rstrip("?"),
        back_href=came_from() or "/",
        with_factor=visit().has_second_factor,
        passkeys=site().takes_passkeys,
    )
