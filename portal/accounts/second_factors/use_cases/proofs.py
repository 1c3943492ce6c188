"""Proving who is there: with a passkey, an app's code or a recovery code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.accounts.models.second_factors import AuthenticatorApp, Passkey, RecoveryCode, SpentChallenge
from portal.accounts.second_factors.ceremonies import LIFETIME, Answer, Site, Unproven, use_key
from portal.accounts.second_factors.letters import mail_recovery_code_used
from portal.accounts.second_factors.queries import known
from portal.accounts.second_factors.rules import is_app_code, matching_step, plain
from portal.accounts.second_factors.seals import Seal, Unreadable
from portal.accounts.sign_in import passwords
from portal.foundation.errors import Rejected
from portal.foundation.tokens import token_hash

PASSKEY, APP, RECOVERY, PASSWORD = "passkey", "app", "recovery_code", "password"
WRONG_CODE = "That code does not fit. Enter the newest one that your app shows, each works once; or one of your recovery codes."
WRONG_KEY = "That passkey could not be checked. Try again, or use another way."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a person shows: ``code`` as typed, or ``answer``, their passkey's as JSON."""

    code: str = ""
    answer: str = ""

    @property
    def method(self) -> str:
        """How it is tried, before it is known whether it fits."""
        if self.answer:
            return PASSKEY
        return APP if is_app_code(plain(self.code)) else RECOVERY


def prove(session: Session, *, user: User, proof: Proof, site: Site, person: str, now: datetime) -> str:
    """Check what the person shows; a code or an answer works once. Returns how it was proved.

    :param person: whom and what a passkey's challenge was for.
    :raises Rejected: if it does not fit.
    """
    if proof.answer:
        if prove_passkey(session, answer=proof.answer, site=site, person=person, now=now) != user.id:
            raise Rejected("wrong_passkey", WRONG_KEY, outcome="denied")
    elif is_app_code(plain(proof.code)):
        _prove_app(session, user, plain(proof.code), site.seal, now)
    else:
        _spend_recovery_code(session, user, plain(proof.code), now)
    return proof.method


def prove_password(*, user: User, password: str) -> str:
    """Check the password of somebody without a second factor. Returns how it was proved.

    :param user: with the password's hash, which a customer's request cannot read.
    :raises Rejected: if it does not fit, or the person has a second factor, which a password does not replace.
    """
    if user.second_factor_at is not None or not passwords.verify(user.password_hash, password):
        raise Rejected(
            "wrong_password", "That is not your password.", field="proof_password", outcome="denied"
        )
    return PASSWORD


def prove_passkey(session: Session, *, answer: str, site: Site, person: str, now: datetime) -> int:
    """Check a passkey's answer. Returns whose passkey it is.

    :raises Rejected: if no passkey of ours gave it, it is too old or was given before, or the key was copied.
    """
    try:
        given = Answer.parse(answer)
        key = session.scalar(
            select(Passkey).where(Passkey.credential_id == given.credential_id).with_for_update()
        )
        if key is None:
            raise Unproven
        key.sign_count = use_key(site, given, known(key), person=person, now=now)
        _spend(session, given.challenge, now)
    except Unproven as error:
        raise Rejected("wrong_passkey", WRONG_KEY, outcome="denied") from error
    key.last_used_at = now
    return key.user_id


def _spend(session: Session, challenge: bytes, now: datetime) -> None:
    session.execute(delete(SpentChallenge).where(SpentChallenge.at < now - 2 * LIFETIME))
    new = (
        insert(SpentChallenge)
        .values(challenge_hash=token_hash(challenge.hex()), at=now)
        .on_conflict_do_nothing()
        .returning(SpentChallenge.at)
    )
    if session.scalar(new) is None:
        raise Unproven


def _prove_app(session: Session, user: User, code: str, seal: Seal, now: datetime) -> None:
    app = session.scalar(
        select(AuthenticatorApp)
        .where(AuthenticatorApp.user_id == user.id, AuthenticatorApp.confirmed_at.is_not(None))
        .with_for_update()
    )
    if app is None:
        raise Rejected("wrong_code", WRONG_CODE, field="proof_code", outcome="denied")
    step = matching_step(secret_of(app, seal), code, now=now, after=app.last_step)
    if step is None:
        raise Rejected("wrong_code", WRONG_CODE, field="proof_code", outcome="denied")
    app.last_step = step


def secret_of(app: AuthenticatorApp, seal: Seal) -> str:
    """The app's secret.

    :raises Rejected: if the portal's secret key was changed since.
    """
    try:
        return seal.open(app.secret)
    except Unreadable as error:
        raise Rejected(
            "unreadable_app",
            "Codes of this app can no longer be checked. Use a passkey or a recovery code, or ask your administrator "
            "to reset your second factor.",
            field="proof_code",
            outcome="denied",
        ) from error


def _spend_recovery_code(session: Session, user: User, code: str, now: datetime) -> None:
    spent = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == token_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    if spent is None:
        raise Rejected("wrong_code", WRONG_CODE, field="proof_code", outcome="denied")
    left = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    mail_recovery_code_used(session, user, left=session.scalar(left) or 0, now=now)
