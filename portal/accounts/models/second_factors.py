"""What a person proves a sign-in with besides the password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.foundation.db import Base, BigId, UTCDateTime


class Passkey(Base):
    """A key pair on a person's device (WebAuthn). Only the public half is known here."""

    __tablename__ = "passkey"

    id: Mapped[BigId]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    # As the device counts its signatures; many always say 0. A smaller number than before means a copied key.
    sign_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    transports: Mapped[str] = mapped_column(server_default="")  # usb, internal …, with commas
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AuthenticatorApp(Base):
    """An app that shows a new code every 30 seconds (TOTP). Counts only once a code was entered: ``confirmed_at``."""

    __tablename__ = "authenticator_app"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    secret: Mapped[bytes]  # sealed: portal/accounts/second_factors/seals.py
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The 30 seconds of the last code that was accepted: no code is accepted twice.
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code on paper for the day when the phone is lost. Works once; only its hash is stored."""

    __tablename__ = "recovery_code"

    id: Mapped[BigId]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SpentChallenge(Base):
    """A passkey's challenge that was answered; kept until it would be too old anyway, so that no answer works twice."""

    __tablename__ = "spent_challenge"

    challenge_hash: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class PendingSignIn(Base):
    """A person who has given the right password and still owes the second factor."""

    __tablename__ = "pending_sign_in"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), index=True)
    method: Mapped[str]  # password, invitation
    onward: Mapped[str] = mapped_column(server_default="/")
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
