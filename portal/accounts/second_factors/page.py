"""What the pages of second factors share: the portal as browsers know it, and the check of what a person shows."""

from __future__ import annotations

from dataclasses import replace

from flask import after_this_request, current_app, g
from sqlalchemy.orm import Session, undefer
from werkzeug.wrappers import Response

from portal.accounts.models import User
from portal.accounts.second_factors.ceremonies import Site
from portal.accounts.second_factors.facts import SecondFactorFailed
from portal.accounts.second_factors.forms import ProofForm
from portal.accounts.second_factors.seals import Seal
from portal.accounts.second_factors.use_cases.assurance import confirm_session
from portal.accounts.second_factors.use_cases.proofs import PASSWORD, Proof, prove, prove_password
from portal.accounts.sign_in.page import count_guess
from portal.accounts.sign_in.use_cases.guesses import CODE, SESSION, Bucket, take_back
from portal.accounts.sign_in.use_cases.throttle import TooManyTries
from portal.foundation.config import Settings
from portal.foundation.errors import Rejected
from portal.web.browser.session_cookie import set_cookie
from portal.web.refusals import refusing
from portal.web.sessions import Visit, actor, visit
from portal.web.touch import viewed
from portal.web.transaction import books, now

CONFIRMATION = "confirmation"


def site() -> Site:
    """The portal at its public address, with the key for challenges and secrets."""
    known: Site | None = current_app.extensions.get("passkey_site")
    if known is None:
        settings: Settings = current_app.extensions["settings"]
        seal = Seal.of(settings.secret_key, "second factor")
        known = current_app.extensions["passkey_site"] = Site.of(
            settings.public_url, settings.seller_name, seal
        )
    return known


def to_use(user_id: int | None) -> str:
    """Whom and what a passkey's challenge is for: proving who one is."""
    return f"use {user_id}"


def to_add(user_id: int | None) -> str:
    """Whom and what a passkey's challenge is for: a new passkey."""
    return f"add {user_id}"


def owes_second_factor(seen: Visit) -> bool:
    """Whether the person works where a second factor is required, and has shown none in this session. A rep inside a
    customer's account had to show it before."""
    if seen.second_factor_at is not None:
        return False
    settings: Settings = current_app.extensions["settings"]
    if seen.actor.is_staff:
        return settings.staff_second_factor
    return seen.second_factor_required


def needs_one(seen: Visit) -> bool:
    """Whether the person may not remove their last second factor."""
    settings: Settings = current_app.extensions["settings"]
    return settings.staff_second_factor if seen.actor.is_staff else seen.second_factor_required


def confirm_visit(form: ProofForm) -> Rejected | None:
    """Check what the signed-in person shows; if it fits, the session is confirmed and its cookie renewed. Otherwise the
    form says why not. Returns the refusal."""
    method, token = PASSWORD, ""
    with refusing(form, books()) as tried:
        user = tried.session.get_one(User, actor().user_id, options=[undefer(User.password_hash)])
        method = _method(user, form)
        method = _prove_signed_in(tried.session, user, form)
        token = confirm_session(tried.session, actor=actor(), method=method, purpose=CONFIRMATION, now=now())
    if (no := tried.refused) is not None:
        record_failed_proof(no, method=method, purpose=CONFIRMATION, user_id=actor().user_id)
        return no
    _renew(token, method)
    return None


def prove_second_factor(session: Session, user: User, form: ProofForm) -> str:
    """Check a code or a passkey. Codes are counted in a transaction of their own. Returns how it was proved.

    :raises Rejected: if it does not fit, or codes have to wait.
    """
    proof = Proof(code=form.proof_code.data or "", answer=form.proof_answer.data or "")
    if not proof.code and not proof.answer:
        raise Rejected("no_code", "Enter a code.", field="proof_code")
    if not proof.answer:
        guess = count_guess([Bucket(CODE, f"{user.id}")])
    method = prove(session, user=user, proof=proof, site=site(), person=to_use(user.id), now=now())
    if not proof.answer:
        take_back(session, guess)
    return method


def record_failed_proof(no: Rejected, *, method: str, purpose: str, user_id: int | None) -> None:
    """Record why a proof failed; nothing when none was given."""
    if no.outcome == "denied":
        reason = "throttled" if isinstance(no, TooManyTries) else "wrong"
        fact = SecondFactorFailed(reason=reason, method=method, purpose=purpose, user_id=user_id)
        viewed(fact, outcome=no.outcome, error_code=no.code)


def _method(user: User, form: ProofForm) -> str:
    if user.second_factor_at is None:
        return PASSWORD
    return Proof(code=form.proof_code.data or "", answer=form.proof_answer.data or "").method


def _prove_signed_in(session: Session, user: User, form: ProofForm) -> str:
    if user.second_factor_at is not None:
        return prove_second_factor(session, user, form)
    password = form.proof_password.data or ""
    if not password:
        raise Rejected("no_password", "Enter your password.", field="proof_password")
    guess = count_guess([Bucket(SESSION, f"{actor().session_id}")])
    prove_password(user=user, password=password)
    take_back(session, guess)
    return PASSWORD


def _renew(token: str, method: str) -> None:
    seen = visit()
    proved = seen.second_factor_at or (None if method == PASSWORD else now())
    g.visit = replace(seen, confirmed_at=now(), second_factor_at=proved)

    @after_this_request
    def give(response: Response) -> Response:
        set_cookie(response, token)
        return response
