"""The second half of signing in, and signing in with a passkey alone."""

from __future__ import annotations

from flask import redirect, render_template, session, url_for

from portal.accounts.actors import actor_of
from portal.accounts.models import User
from portal.accounts.models.second_factors import PendingSignIn
from portal.accounts.pages import Answer, blueprint
from portal.accounts.second_factors.ceremonies import ANYONE
from portal.accounts.second_factors.facts import SecondFactorUsed, record_use
from portal.accounts.second_factors.forms import ProofForm
from portal.accounts.second_factors.page import prove_second_factor, record_failed_proof, site
from portal.accounts.second_factors.queries import pending_sign_in
from portal.accounts.second_factors.use_cases.proofs import PASSKEY, WRONG_KEY, Proof, prove_passkey
from portal.accounts.second_factors.use_cases.second_step import end_pending
from portal.accounts.sign_in.page import HOME, PENDING, refused, start_session
from portal.foundation.errors import Rejected
from portal.web.access import public
from portal.web.refusals import refusing
from portal.web.transaction import db, now, only_reads
from portal.web.ui import flash
from portal.web.urls import local_path


@blueprint.route("/sign-in/second-factor", methods=["GET", "POST"], endpoint="second_factor")
@public
def second_factor_form() -> Answer:
    """Ask for it once the password was right."""
    token = session.get(PENDING, "")
    owed = pending_sign_in(db(), token, now=now())
    if owed is None:
        flash("warn", "Sign in again: the second step took too long.")
        return redirect(url_for("accounts.sign_in"))
    form = ProofForm()
    if only_reads() or not form.validate_on_submit():
        return _page(form), 200 if only_reads() else 422
    return _finish(form, owed, token)


@blueprint.post("/sign-in/passkey")
@public
def sign_in_passkey() -> Answer:
    """Sign in with a passkey that the device has unlocked: it stands for password and second factor."""
    form = ProofForm()
    with refusing(form) as tried:
        user_id = prove_passkey(
            db(), answer=form.proof_answer.data or "", site=site(), person=ANYONE, now=now()
        )
        user = db().get_one(User, user_id)
        if user.disabled_at is not None:
            raise Rejected("wrong_passkey", WRONG_KEY, outcome="denied")
        _record(user, PASSKEY)
    if (no := tried.refused) is not None:
        record_failed_proof(no, method=PASSKEY, purpose="sign_in", user_id=None)
        flash("error", no.message)
        return redirect(url_for("accounts.sign_in", next=form.next.data or None), 303)
    return start_session(user, local_path(form.next.data, HOME), method=PASSKEY, proved=True)


def _finish(form: ProofForm, owed: PendingSignIn, token: str) -> Answer:
    user = db().get_one(User, owed.user_id)
    with refusing(form) as tried:
        if (
            user.disabled_at is not None
            or user.second_factor_at is None
            or not end_pending(db(), token=token)
        ):
            raise Rejected("sign_in_over", "Sign in again from the start.", outcome="denied")
        _record(user, prove_second_factor(db(), user, form))
    if (no := tried.refused) is not None:
        proof = Proof(code=form.proof_code.data or "", answer=form.proof_answer.data or "")
        record_failed_proof(no, method=proof.method, purpose="sign_in", user_id=user.id)
        return refused(no, _page(form))
    return start_session(user, local_path(owed.onward, HOME), method=owed.method, proved=True)


def _record(user: User, method: str) -> None:
    record_use(db(), SecondFactorUsed(method=method, purpose="sign_in"), actor=actor_of(user), now=now())


def _page(form: ProofForm) -> str:
    return render_template(
        "accounts/second_factors/second_factor.html", form=form, passkeys=site().takes_passkeys
    )
