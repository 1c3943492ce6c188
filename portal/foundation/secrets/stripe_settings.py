"""The three settings of Stripe, and what may be wrong with them. Pure rules; no message repeats a secret."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from portal.foundation.secrets.weak import is_guessable

STRIPE_API = "https://api.stripe.com"
_KEYS = ("sk_test_", "sk_live_", "rk_test_", "rk_live_")
# Parts of the keys that Stripe's own documentation prints.
_SAMPLES = ("4ec39hqlyjwdarjtt1zdp7dc", "bqokikjovbii2hlwgh4olfq2")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, for nobody else to reach."""
    return host in {"localhost", "::1"} or host.startswith("127.")


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """The secret key (empty: no payments), the secret that signs webhooks, and where the API is."""

    key: str
    webhook_secret: str
    api: str

    def faults(self, *, demo: bool) -> Iterator[str]:
        """What is wrong, each in a sentence that names the setting."""
        yield from self._misplaced(demo=demo)
        if self.webhook_secret and not self.key:
            yield "PORTAL_STRIPE_WEBHOOK_SECRET is set, but PORTAL_STRIPE_KEY is not."
        if self.key and not _is_real(self.key, _KEYS, 20):
            yield (
                "PORTAL_STRIPE_KEY is not a secret key, too short, or a sample that anybody knows; "
                "copy the one that begins with sk_ or rk_ from Stripe's dashboard."
            )
        if self.key and not _is_real(self.webhook_secret, ("whsec_",), 16):
            yield (
                "PORTAL_STRIPE_WEBHOOK_SECRET is missing, too short or a sample; "
                "copy the one that begins with whsec_ from the webhook's page in Stripe's dashboard."
            )

    def _misplaced(self, *, demo: bool) -> Iterator[str]:
        live = self.key.startswith(("sk_live_", "rk_live_"))
        elsewhere = self.api != STRIPE_API
        if live and elsewhere:
            yield (
                f"PORTAL_STRIPE_KEY is a live key, but PORTAL_STRIPE_API is {self.api}; "
                f"a live key is sent to {STRIPE_API} only."
            )
        if live and demo:
            yield "PORTAL_STRIPE_KEY is a live key, but PORTAL_DEMO is on; made-up data takes no real money."
        if elsewhere and not (demo and is_loopback(urlsplit(self.api).hostname or "")):
            yield (
                f"PORTAL_STRIPE_API is {self.api}; an address other than {STRIPE_API} is for the demo on "
                "127.0.0.1 only."
            )


def _is_real(secret: str, prefixes: tuple[str, ...], least: int) -> bool:
    rest = next((secret.removeprefix(each) for each in prefixes if secret.startswith(each)), "")
    made_up = any(sample in rest.lower() for sample in _SAMPLES)
    return len(secret) >= least and not made_up and not is_guessable(rest)
