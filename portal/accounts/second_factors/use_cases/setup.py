"""Setting up and removing one's own second factors."""

from __future__ import annotations

from datetime import datetime

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.models.second_factors import AuthenticatorApp, Passkey, RecoveryCode
from portal.accounts.second_factors.ceremonies import Answer, Site, Unproven, new_key
from portal.accounts.second_factors.facts import SecondFactorChanged, record_change
from portal.accounts.second_factors.letters import mail_second_factor_added, mail_second_factor_removed
from portal.accounts.second_factors.queries import SETUP, factors_of
from portal.accounts.second_factors.rules import matching_step, new_recovery_codes, plain
from portal.accounts.second_factors.seals import Seal
from portal.accounts.second_factors.use_cases.assurance import mark_second_factor
from portal.accounts.second_factors.use_cases.proofs import APP, PASSKEY, secret_of
from portal.accounts.sign_in.use_cases.sessions import end_sessions
from portal.foundation.actor import Actor
from portal.foundation.errors import NotFound, Rejected
from portal.foundation.tokens import token_hash

MOST_PASSKEYS = 20
THE_APP = "An authenticator app"


def begin_app(session: Session, *, actor: Actor, seal: Seal, now: datetime) -> None:
    """Make a secret for an app. It proves nothing until a code of it was entered; one that was not is replaced.

    :raises Rejected: if the person has an app.
    """
    session.execute(
        delete(AuthenticatorApp).where(
            AuthenticatorApp.user_id == actor.user_id, AuthenticatorApp.confirmed_at.is_(None)
        )
    )
    begun = (
        insert(AuthenticatorApp)
        .values(user_id=actor.user_id, secret=seal.close(pyotp.random_base32()), created_at=now)
        .on_conflict_do_nothing()
        .returning(AuthenticatorApp.user_id)
    )
    if session.scalar(begun) is None:
        raise Rejected("has_app", "You have an authenticator app. Remove it before you set up another.")


def confirm_app(session: Session, *, actor: Actor, code: str, seal: Seal, now: datetime) -> list[str]:
    """Finish the set-up with a code that the app shows. Returns new recovery codes with the first second factor.

    :raises NotFound: if no set-up is under way.
    :raises Rejected: if the code does not fit.
    """
    app = session.scalar(
        select(AuthenticatorApp).where(AuthenticatorApp.user_id == actor.user_id).with_for_update()
    )
    if app is None or app.confirmed_at is not None or app.created_at <= now - SETUP:
        raise NotFound
    step = matching_step(secret_of(app, seal), plain(code), now=now, after=None)
    if step is None:
        message = (
            "That code does not fit. Enter the one that your app shows now, and check your phone's clock."
        )
        raise Rejected("wrong_code", message, field="code", outcome="denied")
    app.confirmed_at, app.last_step = now, step
    return _gain(session, actor, APP, THE_APP, now)


def add_passkey(
    session: Session, *, actor: Actor, answer: str, name: str, site: Site, person: str, now: datetime
) -> list[str]:
    """Take a passkey that the person's device has made. Returns new recovery codes with the first second factor.

    :param answer: the browser's, as JSON.
    :param person: whom and what the challenge was for.
    :raises Rejected: if the answer proves nothing, the passkey is known, or there are too many.
    """
    try:
        made = new_key(site, Answer.parse(answer), person=person, now=now)
    except Unproven as error:
        message = "That passkey could not be checked. Try again."
        raise Rejected("wrong_passkey", message, outcome="denied") from error
    held = session.scalar(select(func.count()).where(Passkey.user_id == actor.user_id)) or 0
    if held >= MOST_PASSKEYS:
        raise Rejected("many_passkeys", "Remove a passkey that you no longer use first.", field="name")
    row = insert(Passkey).values(
        user_id=actor.user_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        name=name,
        created_at=now,
    )
    if session.scalar(row.on_conflict_do_nothing().returning(Passkey.id)) is None:
        raise Rejected("known_passkey", "This passkey is in use already.")
    return _gain(session, actor, PASSKEY, f"The passkey “{name}”", now)


def remove_app(session: Session, *, actor: Actor, keep_one: bool, now: datetime) -> None:
    """Remove the person's app.

    :param keep_one: whether the person needs a second factor.
    :raises NotFound: if there is none.
    :raises Rejected: if it is the last one, and one is needed.
    """
    user = _locked(session, actor)
    app = session.get(AuthenticatorApp, user.id)
    if app is None or app.confirmed_at is None:
        raise NotFound
    session.delete(app)
    _lose(session, actor, user, APP, THE_APP, keep_one, now)


def remove_passkey(session: Session, *, actor: Actor, passkey_id: int, keep_one: bool, now: datetime) -> None:
    """Remove one of the person's passkeys.

    :param keep_one: whether the person needs a second factor.
    :raises NotFound: if the person has no such passkey.
    :raises Rejected: if it is the last one, and one is needed.
    """
    user = _locked(session, actor)
    key = session.get(Passkey, passkey_id)
    if key is None or key.user_id != user.id:
        raise NotFound
    session.delete(key)
    _lose(session, actor, user, PASSKEY, f"The passkey “{key.name}”", keep_one, now)


def renew_recovery_codes(session: Session, *, actor: Actor, now: datetime) -> list[str]:
    """Make new recovery codes; the earlier ones stop working.

    :raises Rejected: if the person has no second factor that they could replace.
    """
    user = _locked(session, actor)
    if user.second_factor_at is None:
        raise Rejected("no_factor", "Set up a passkey or an authenticator app first.")
    record_change(session, SecondFactorChanged(action="codes_renewed", user_id=user.id), actor=actor, now=now)
    return _new_codes(session, user, now)


def _locked(session: Session, actor: Actor) -> User:
    # Two windows that each remove one of two must not leave none where one is needed.
    return session.get_one(User, actor.user_id, with_for_update=True, populate_existing=True)


def _gain(session: Session, actor: Actor, method: str, what: str, now: datetime) -> list[str]:
    user = _locked(session, actor)
    is_first = user.second_factor_at is None
    mark_second_factor(session, actor=actor, now=now)
    codes: list[str] = []
    if is_first:
        user.second_factor_at = now
        codes = _new_codes(session, user, now)
        end_sessions(session, user_id=user.id, but=actor.session_id, now=now)  # begun with a password alone
    change = SecondFactorChanged(action="added", method=method, user_id=user.id)
    record_change(session, change, actor=actor, now=now)
    mail_second_factor_added(session, user, what=what, now=now)
    return codes


def _lose(
    session: Session, actor: Actor, user: User, method: str, what: str, keep_one: bool, now: datetime
) -> None:
    session.flush()
    if factors_of(session, user.id).count == 0:
        if keep_one:
            message = "You need a second factor here. Add another one before you remove this."
            raise Rejected("last_factor", message, outcome="denied")
        user.second_factor_at = None
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    change = SecondFactorChanged(action="removed", method=method, user_id=user.id)
    record_change(session, change, actor=actor, now=now)
    mail_second_factor_removed(session, user, what=what, now=now)


def _new_codes(session: Session, user: User, now: datetime) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = new_recovery_codes()
    rows = [{"user_id": user.id, "code_hash": token_hash(plain(code)), "created_at": now} for code in codes]
    session.execute(insert(RecoveryCode), rows)
    return codes
