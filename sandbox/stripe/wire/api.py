"""Answers Stripe's API: key, idempotency, parameters, the operation itself, ``expand``, and a check of the answer."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from flask import Blueprint, Request, Response, current_app, request

from sandbox.stripe import openapi
from sandbox.stripe.context import API_VERSION, Context
from sandbox.stripe.openapi import answers, requests
from sandbox.stripe.store import Store
from sandbox.stripe.wire import encoding, expanding, idempotency, ids
from sandbox.stripe.wire.errors import ApiError, invalid
from sandbox.stripe.wire.idempotency import InProgress, Kept
from sandbox.stripe.wire.routes import HANDLERS

# A test key may be any; a live one is refused, so that none is ever typed in here.
KEY = re.compile(r"(sk|rk)_test_\w{8,}")

blueprint = Blueprint("api", __name__)


class Api:
    """What the requests share."""

    def __init__(self, store: Store, address: str, key: str) -> None:
        self.store = store
        self.address = address
        self._key = key
        self._in_progress = InProgress()

    def answer(self, asked: Request) -> Kept:
        """Status and body for a request, and the id of the request that was answered first."""
        request_id = ids.new("req", 14)
        try:
            self._check_key(asked)
            return self._once(asked, request_id)
        except ApiError as error:
            return _refusal(error, request_id)
        except Exception as error:  # a fault of the sandbox itself looks like one of Stripe's
            current_app.logger.exception("The sandbox failed")
            return _refusal(ApiError(500, "api_error", f"The sandbox failed: {error}"), request_id)

    def _check_key(self, asked: Request) -> None:
        given = asked.authorization
        key = (given.token or given.username or "") if given else ""
        if not key:
            raise ApiError(
                401,
                "invalid_request_error",
                "You did not provide an API key: Authorization: Bearer sk_test_….",
            )
        if not KEY.fullmatch(key) or (self._key and key != self._key):
            raise ApiError(401, "invalid_request_error", f"Invalid API Key provided: {key[:8]}***")

    def _once(self, asked: Request, request_id: str) -> Kept:
        text = asked.get_data(as_text=True) if asked.method == "POST" else asked.query_string.decode()
        pairs = encoding.pairs(text)
        key = asked.headers.get("Idempotency-Key", "") if asked.method == "POST" else ""
        if not key:
            return self._carry_out(asked, pairs, Context(self.store, self.address, request_id), "")
        with self._in_progress.holding(key):
            print_ = idempotency.fingerprint(asked.method, asked.path, pairs)
            kept = idempotency.kept_answer(self.store, key, print_)
            if kept is not None:
                return kept
            ctx = Context(self.store, self.address, request_id, key)
            return self._carry_out(asked, pairs, ctx, print_)

    def _carry_out(self, asked: Request, pairs: list[tuple[str, str]], ctx: Context, print_: str) -> Kept:
        found = openapi.find(asked.method, asked.path)
        if found is None:
            raise ApiError(
                404,
                "invalid_request_error",
                f"Unrecognized request URL ({asked.method}: {asked.path}), or not in this sandbox.",
            )
        operation, given = found
        params = requests.check(operation.request, encoding.decode(pairs))
        check_metadata(params.get("metadata"))
        time.sleep(asked.environ.get("sandbox.pause", 0))
        try:
            with self.store.transaction():
                kept = self._attempt(operation, params, given, ctx)
                self._keep(ctx, print_, kept)
        except ApiError as error:
            kept = _refusal(error, ctx.request_id or "")
            self._keep(ctx, print_, kept)
        return kept

    def _attempt(
        self, operation: openapi.Operation, params: Any, given: tuple[str, ...], ctx: Context
    ) -> Kept:
        """A decline is an answer like any other: it is kept together with what it did."""
        try:
            return self._operate(operation, params, given, ctx)
        except ApiError as error:
            if not error.keep:
                raise
            return _refusal(error, ctx.request_id or "")

    def _operate(
        self, operation: openapi.Operation, params: Any, given: tuple[str, ...], ctx: Context
    ) -> Kept:
        expand = params.pop("expand", None) or []
        answer = HANDLERS[operation.name](ctx, params, *given)
        answer = expanding.expand(ctx, json.loads(json.dumps(answer)), expand)
        wrong = list(answers.problems(operation.answer, answer))
        if wrong:
            raise AssertionError(
                f"the answer to {operation.name} differs from Stripe's: {'; '.join(wrong[:3])}"
            )
        return Kept(200, json.dumps(answer, indent=2), ctx.request_id or "")

    def _keep(self, ctx: Context, print_: str, kept: Kept) -> None:
        if ctx.idempotency_key:
            idempotency.keep(self.store, ctx.idempotency_key, print_, kept)


def check_metadata(given: Any) -> None:
    """Stripe's limits: 50 keys of 40 characters, values of 500.

    :raises ApiError: when they are passed.
    """
    if not isinstance(given, dict):
        return
    if len(given) > 50 or any(len(k) > 40 or len(str(v)) > 500 for k, v in given.items()):
        raise invalid(
            "Metadata has at most 50 keys of 40 characters and values of 500 characters.", param="metadata"
        )


def _refusal(error: ApiError, request_id: str) -> Kept:
    return Kept(error.status, json.dumps({"error": error.fields}, indent=2), request_id)


@blueprint.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
def respond(rest: str) -> Response:
    """Any request to the API."""
    api: Api = current_app.extensions["stripe_api"]
    kept = api.answer(request)
    response = Response(kept.body, kept.status, mimetype="application/json")
    response.headers["Request-Id"] = kept.request_id
    response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
    key = request.headers.get("Idempotency-Key")
    if key and request.method == "POST":
        response.headers["Idempotency-Key"] = key
        if kept.replayed:
            response.headers["Idempotent-Replayed"] = "true"
    if 400 <= kept.status < 500 and kept.status not in {409, 429}:
        response.headers["Stripe-Should-Retry"] = "false"
    return response
