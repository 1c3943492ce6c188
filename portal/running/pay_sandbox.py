"""The sandbox's Stripe beside the demo: its address and the secrets that both sides share, kept under var."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.running import guards

WISHED_PORT = 8027


@dataclass(frozen=True, repr=False)
class PaySandbox:
    """How to start it, and how the portal reaches it."""

    folder: Path
    port: int
    key: str
    webhook_secret: str

    @property
    def address(self) -> str:
        """Where its API and its pay page are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Settings of a portal that takes payments through it."""
        return {
            "PORTAL_STRIPE_KEY": self.key,
            "PORTAL_STRIPE_WEBHOOK_SECRET": self.webhook_secret,
            "PORTAL_STRIPE_API": self.address,
        }

    def arguments(self, portal: str) -> list[str]:
        """For Python; ``portal`` is the address to which it sends webhooks."""
        return [
            "-m",
            "sandbox.stripe",
            "--port",
            str(self.port),
            "--state",
            str(self.folder),
            "--webhook",
            f"{portal}/hooks/stripe",
        ]

    @property
    def secrets(self) -> dict[str, str]:
        """Its own environment: arguments would show in the list of processes."""
        return {"SANDBOX_STRIPE_KEY": self.key, "SANDBOX_STRIPE_WEBHOOK_SECRET": self.webhook_secret}


def known(var: Path) -> PaySandbox | None:
    """The one of an earlier start, or None."""
    folder = var / "stripe-sandbox"
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads((folder / "portal.json").read_text())
        return PaySandbox(folder, int(kept["port"]), str(kept["key"]), str(kept["webhook_secret"]))
    return None


def prepare(var: Path) -> PaySandbox:
    """The one to start now: with the secrets of earlier starts, on their port where that is free."""
    before = known(var)
    folder = var / "stripe-sandbox"
    folder.mkdir(parents=True, exist_ok=True)
    made = PaySandbox(
        folder,
        guards.free_port("127.0.0.1", before.port if before else WISHED_PORT),
        before.key if before else f"sk_test_{secrets.token_hex(24)}",
        before.webhook_secret if before else f"whsec_{secrets.token_hex(24)}",
    )
    written = folder / "portal.json.new"
    written.unlink(missing_ok=True)
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump({"port": made.port, "key": made.key, "webhook_secret": made.webhook_secret}, out)
    written.replace(folder / "portal.json")
    return made
