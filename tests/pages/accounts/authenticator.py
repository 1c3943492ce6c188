"""A security key in software: makes passkeys and answers challenges as a browser would, or wrongly on purpose."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
NAMELESS = bytes(16)


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey. ``verifies``: it asks for a finger or PIN; ``count``: how many signatures it says it made."""

    credential_id: bytes = b"key-1"
    origin: str = "http://localhost"
    host: str = "localhost"
    verifies: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: Any) -> str:
        """Answer creation options, as JSON."""
        attested = NAMELESS + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self._cose()
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        return self._answer(
            self._client("webauthn.create", options["challenge"]),
            {"attestationObject": encoded(encode_cbor(statement)), "transports": ["internal"]},
        )

    def use(self, options: Any) -> str:
        """Answer request options, as JSON."""
        client, data = self._client("webauthn.get", options["challenge"]), self._data()
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        more = {"authenticatorData": encoded(data), "signature": encoded(signature), "userHandle": None}
        return self._answer(client, more)

    def _data(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _cose(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, client: bytes, more: dict[str, Any]) -> str:
        raw = encoded(self.credential_id)
        response = {"clientDataJSON": encoded(client), **more}
        return json.dumps(
            {
                "id": raw,
                "rawId": raw,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": response,
            }
        )
