"""Passkeys: what the browser is asked for, and what its answer proves (WebAuthn level 2, by py_webauthn).

A challenge is not stored: it carries its time and a mark of ours over what it is for. What was answered is remembered
(``spent_challenge``), so an answer works once.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.accounts.second_factors.seals import Seal

LIFETIME = timedelta(minutes=5)
_NONCE, _TIME, _MARK = 16, 8, 32
# For signing in without a password: it is for nobody in particular.
ANYONE = "anyone"


class Unproven(Exception):
    """The browser's answer proves nothing: damaged, too old, for something else, or by another key."""


@dataclass(frozen=True)
class Site:
    """The portal as browsers know it. ``host`` is what passkeys are bound to, ``seal`` makes challenges."""

    name: str
    origin: str
    host: str
    seal: Seal

    @classmethod
    def of(cls, public_url: str, name: str, seal: Seal) -> Site:
        """The portal at its public address."""
        parts = urlsplit(public_url)
        return cls(name, f"{parts.scheme}://{parts.netloc}", parts.hostname or "", seal)

    @property
    def takes_passkeys(self) -> bool:
        """Browsers make passkeys for names, over HTTPS or on this computer; never for a numeric address."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return self.origin.startswith("https://") or self.host == "localhost"
        return False


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A passkey as the database has it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str = ""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey that a device has just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A browser's answer to a challenge, not yet checked: ``text`` is its JSON."""

    text: str
    credential_id: bytes
    challenge: bytes

    @classmethod
    def parse(cls, text: str) -> Answer:
        """Read an answer.

        :raises Unproven: if it is none.
        """
        try:
            found = json.loads(text)
            client = parse_client_data_json(base64url_to_bytes(found["response"]["clientDataJSON"]))
            return cls(text, base64url_to_bytes(found["rawId"]), client.challenge)
        except Exception as error:  # whatever its parsers raise for what is no answer
            raise Unproven from error


def creation_options(
    site: Site, *, person: str, email: str, name: str, known: Sequence[KnownKey], now: datetime
) -> str:
    """What a browser needs to make a passkey, as JSON.

    :param person: whom and what the challenge is for. Its mark is the handle by which devices know the person.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=site.seal.mark(person.encode()),
        user_name=email,
        user_display_name=name,
        challenge=_challenge(site, person, now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def request_options(site: Site, *, person: str, known: Sequence[KnownKey], now: datetime) -> str:
    """What a browser needs to use a passkey, as JSON; without known keys it offers all it has for the portal."""
    alone = person == ANYONE  # then the key replaces the password as well
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_challenge(site, person, now),
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED
        if alone
        else UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def new_key(site: Site, answer: Answer, *, person: str, now: datetime) -> NewKey:
    """The passkey that a device made.

    :raises Unproven: if the answer is not one to our challenge for this person.
    """
    _check_challenge(site, answer.challenge, person, now)
    try:
        made = webauthn.verify_registration_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except Exception as error:  # whatever its parsers raise for what is no answer
        raise Unproven from error
    return NewKey(made.credential_id, made.credential_public_key, made.sign_count, _transports(answer.text))


def use_key(site: Site, answer: Answer, key: KnownKey, *, person: str, now: datetime) -> int:
    """Check the answer of a known passkey; returns the device's new count of signatures.

    :raises Unproven: if the answer is not this key's, to our challenge for this person, or the key was copied.
    """
    _check_challenge(site, answer.challenge, person, now)
    try:
        used = webauthn.verify_authentication_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=person == ANYONE,
        )
    except Exception as error:  # whatever its parsers raise for what is no answer
        raise Unproven from error
    return used.new_sign_count


def _challenge(site: Site, person: str, now: datetime) -> bytes:
    body = secrets.token_bytes(_NONCE) + int(now.timestamp()).to_bytes(_TIME, "big")
    return body + site.seal.mark(body + person.encode())


def _check_challenge(site: Site, challenge: bytes, person: str, now: datetime) -> None:
    body, mark = challenge[:-_MARK], challenge[-_MARK:]
    if len(body) != _NONCE + _TIME or not site.seal.made(body + person.encode(), mark):
        raise Unproven
    age = int(now.timestamp()) - int.from_bytes(body[_NONCE:], "big")
    if not 0 <= age <= LIFETIME.total_seconds():
        raise Unproven


def _descriptors(known: Sequence[KnownKey]) -> list[PublicKeyCredentialDescriptor]:
    names = {each.value for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=key.credential_id,
            transports=[AuthenticatorTransport(way) for way in key.transports.split(",") if way in names],
        )
        for key in known
    ]


def _transports(text: str) -> str:
    given = json.loads(text)["response"].get("transports") or []
    names = {each.value for each in AuthenticatorTransport}
    return ",".join(way for way in given if way in names) if isinstance(given, list) else ""
