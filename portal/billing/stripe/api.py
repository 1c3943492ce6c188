"""The connection to Stripe: the only file that imports its SDK.

An answer is a small frozen object (portal/billing/stripe/objects.py). No answer, or nonsense, is :class:`StripeUnknown`:
the request may have succeeded or not, and only a retry with the same idempotency key tells. A definite no is
:class:`StripeRefused`: it has not succeeded and will not.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import stripe
import structlog

from portal.billing.stripe.answers import QUESTION, id_of, plain
from portal.billing.stripe.objects import WebhookEvent
from portal.billing.stripe.requests import Requests
from portal.foundation.clock import utcnow
from portal.foundation.config import Settings

T = TypeVar("T")
log = structlog.get_logger(__name__)
logging.getLogger("stripe").setLevel(logging.WARNING)  # it would log every URL

WEBHOOK_TOLERANCE_SECONDS = 300
# Connect and read timeouts, in seconds. After a timeout, pages do not ask Stripe for a moment.
PAGE_TIMEOUT, WORKER_TIMEOUT = (3.0, 8.0), (5.0, 40.0)
REST_SECONDS = 5.0
TURN_SECONDS = 1.0  # how long a page waits for a free slot


class StripeUnknown(Exception):
    """Stripe gave no usable answer. What was asked for may exist or not: retry with the same key."""


class StripeRefused(Exception):
    """Stripe's final no. ``code`` is its reason, ``words`` its sentence for people.

    ``declined``: the payer's bank declined; another card may work.
    """

    def __init__(
        self, code: str, words: str, *, intent_id: str | None = None, declined: bool = False
    ) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.intent_id = intent_id
        self.declined = declined


class BadSignature(Exception):
    """A webhook without a valid, recent signature."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often one request waits for Stripe.

    :param timeout: to connect and to read, in seconds.
    :param retries: repeats by the SDK, with the same idempotency key.
    :param at_once: for pages: the most requests that wait for Stripe at the same time. Further ones soon raise
        StripeUnknown, so that a slow Stripe does not take every thread of the portal. None: no limit.
    """

    timeout: tuple[float, float] = WORKER_TIMEOUT
    retries: int = 1
    at_once: int | None = None


PATIENT = Limits()


class Stripe(Requests):
    """A connection to one Stripe account, or to the sandbox's. Safe to share between threads.

    :param portal_url: where payers are sent back to.
    :param zone: the seller's time zone, by which payments are dated.
    """

    def __init__(
        self,
        key: str,
        *,
        api: str,
        webhook_secret: str = "",
        limits: Limits = PATIENT,
        portal_url: str = "http://127.0.0.1:8000",
        zone: str = "UTC",
    ) -> None:
        self.livemode = key.startswith(("sk_live_", "rk_live_"))
        self.zone = zone
        self._portal_url = portal_url
        self._webhook_secret = webhook_secret
        self._slots = threading.BoundedSemaphore(limits.at_once) if limits.at_once else None
        self._rest_until = 0.0
        # Connections are kept open, per thread.
        self._v1 = stripe.StripeClient(
            key,
            base_addresses={"api": api},
            max_network_retries=limits.retries,
            http_client=stripe.RequestsClient(timeout=limits.timeout),
        ).v1

    def __repr__(self) -> str:
        return f"<Stripe {'live' if self.livemode else 'test'}>"  # never the key

    @classmethod
    def from_settings(cls, settings: Settings, *, for_pages: bool = False) -> Stripe | None:
        """The connection that the settings describe; None in mode off."""
        if not settings.stripe_key:
            return None
        most = max(1, settings.threads - 1)  # at least one thread stays free for everybody else
        limits = Limits(PAGE_TIMEOUT, retries=0, at_once=most) if for_pages else PATIENT
        return cls(
            settings.stripe_key,
            api=settings.stripe_api,
            webhook_secret=settings.stripe_webhook_secret,
            portal_url=settings.public_url,
            zone=settings.time_zone,
            limits=limits,
        )

    def address_of(self, token: str, *, by_link: bool = False) -> str:
        """The page to which a payer is sent back, from the attempt's token alone."""
        return f"{self._portal_url}/{'pay/returned' if by_link else 'payments'}/{token}"

    def verified_event(self, body: bytes, signature: str) -> WebhookEvent:
        """The event in a webhook's raw body, whose signature is checked.

        :raises BadSignature: if it is not signed with our secret, or signed more than five minutes ago or ahead.
        """
        try:
            stripe.WebhookSignature.verify_header(
                body, signature, self._webhook_secret, WEBHOOK_TOLERANCE_SECONDS
            )
            moment, _ = stripe.WebhookSignature._get_timestamp_and_signatures(signature, "v1")
            if moment > utcnow().timestamp() + WEBHOOK_TOLERANCE_SECONDS:
                raise BadSignature("signed in the future")
            raw = stripe.Event.construct_from(_json(body), None).to_dict()
            thing = raw["data"]["object"]
            livemode = raw["livemode"]
            if not isinstance(livemode, bool):
                raise BadSignature("not an event")
            return WebhookEvent(str(raw["id"]), str(raw["type"]), id_of(thing.get("id")) or "", livemode)
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature(type(error).__name__) from error

    def _ask(self, request: Callable[[], Any], parse: Callable[[Any], T]) -> T:
        """Send a request and read its answer.

        :raises StripeUnknown: without a usable answer.
        :raises StripeRefused: if the answer is no.
        """
        try:
            with self._slot():
                answer = request()
            return parse(plain(answer.to_dict() if isinstance(answer, stripe.StripeObject) else answer))
        except stripe.CardError as error:
            raise _declined(error) from error
        except stripe.IdempotencyError as error:
            # Another request holds the key, or had other parameters: either way something may exist under it.
            raise self._unknown(error) from error
        except stripe.InvalidRequestError as error:
            raise StripeRefused(error.code or "invalid_request", _sentence(error)) from error
        except stripe.StripeError as error:
            raise self._unknown(error) from error
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            log.warning("an answer of Stripe's was not understood", error=type(error).__name__)
            raise StripeUnknown("Stripe answered nonsense") from error

    def _all(self, request: Callable[..., Any], params: Mapping[str, Any]) -> Iterator[Any]:
        """Everything in a list, page by page, as plain data."""
        after: dict[str, str] = {}
        while True:
            page: Any = self._ask(lambda: request({**params, **after}), dict)  # noqa: B023  (asked at once)
            rows = page.get("data")
            if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
                raise StripeUnknown("Stripe answered nonsense")
            yield from rows
            if not (page.get("has_more") and rows):
                return
            before, after = after, {"starting_after": rows[-1]["id"]}
            if after == before:
                raise StripeUnknown("Stripe answered the same page again")

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if self._slots is None:
            yield
            return
        if time.monotonic() < self._rest_until or not self._slots.acquire(timeout=TURN_SECONDS):
            raise StripeUnknown("Stripe is slow; not asked now")
        try:
            yield
        finally:
            self._slots.release()

    def _unknown(self, error: stripe.StripeError) -> StripeUnknown:
        if isinstance(error, stripe.APIConnectionError):
            self._rest_until = time.monotonic() + REST_SECONDS
        log.warning(
            "Stripe gave no answer",
            error=type(error).__name__,
            status=error.http_status,
            stripe_request=error.request_id,
        )
        return StripeUnknown(type(error).__name__)


def _declined(error: stripe.CardError) -> StripeRefused:
    details = error.error
    intent = getattr(details, "payment_intent", None)
    code = getattr(details, "decline_code", None) or error.code or "card_declined"
    if "authentication_required" in (error.code, code):  # a question to the payer, and no refusal
        return StripeRefused("authentication_required", QUESTION, intent_id=id_of(intent))
    return StripeRefused(str(code), _sentence(error), intent_id=id_of(intent), declined=True)


def _sentence(error: stripe.StripeError) -> str:
    return str(error.user_message or "The payment was refused.")


def _json(body: bytes) -> dict[str, object]:
    loaded = json.loads(body)
    if not isinstance(loaded, dict):
        raise ValueError("no object")
    return loaded
