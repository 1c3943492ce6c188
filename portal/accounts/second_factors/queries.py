"""What a person proves themselves with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models.second_factors import AuthenticatorApp, Passkey, PendingSignIn, RecoveryCode
from portal.accounts.second_factors.ceremonies import KnownKey
from portal.foundation.tokens import token_hash

# An app that was not confirmed by then is set up from the start.
SETUP = timedelta(minutes=15)


@dataclass(frozen=True)
class Factors:
    """A person's second factors; ``codes_left`` are the recovery codes that were not used yet."""

    passkeys: Sequence[Passkey]
    app_since: datetime | None
    codes_left: int

    @property
    def count(self) -> int:
        """How many there are; recovery codes are none."""
        return len(self.passkeys) + (self.app_since is not None)


def factors_of(session: Session, user_id: int | None) -> Factors:
    """The person's passkeys, app and recovery codes. Two statements."""
    codes = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    app = select(AuthenticatorApp.confirmed_at).where(AuthenticatorApp.user_id == user_id)
    app_since, left = session.execute(select(app.scalar_subquery(), codes.scalar_subquery())).one()
    return Factors(passkeys_of(session, user_id), app_since, left)


def passkeys_of(session: Session, user_id: int | None) -> Sequence[Passkey]:
    """The person's passkeys, oldest first."""
    return session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def known_keys(session: Session, user_id: int | None) -> list[KnownKey]:
    """The person's passkeys as ceremonies need them."""
    return [known(each) for each in passkeys_of(session, user_id)]


def known(passkey: Passkey) -> KnownKey:
    """A passkey as ceremonies need it."""
    return KnownKey(passkey.credential_id, passkey.public_key, passkey.sign_count, passkey.transports)


def app_in_setup(session: Session, user_id: int | None, *, now: datetime) -> bytes | None:
    """The sealed secret of the app that the person is setting up; None when there is none, or it took too long."""
    return session.scalar(
        select(AuthenticatorApp.secret).where(
            AuthenticatorApp.user_id == user_id,
            AuthenticatorApp.confirmed_at.is_(None),
            AuthenticatorApp.created_at > now - SETUP,
        )
    )


def pending_sign_in(session: Session, token: str, *, now: datetime) -> PendingSignIn | None:
    """The sign-in that still owes its second factor; None when it took too long."""
    return session.scalar(
        select(PendingSignIn).where(
            PendingSignIn.token_hash == token_hash(token), PendingSignIn.expires_at > now
        )
    )
