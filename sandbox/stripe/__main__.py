"""``python -m sandbox.stripe --port N --state DIR|memory``: run the sandbox's Stripe until SIGTERM."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sandbox.stripe.app import Options, create_app
from sandbox.stripe.context import Context
from sandbox.stripe.controls import timers
from sandbox.stripe.events import endpoints
from sandbox.stripe.events.webhooks import Sender
from sandbox.stripe.store import Store
from sandbox.stripe.wire.errors import ApiError
from sandbox.stripe.wire.routes import TASKS

TICK_SECONDS = 0.2


class Handler(WSGIRequestHandler):
    """Says nothing of requests that went well, and sends small answers at once."""

    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet: the control API shows what happened."""

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Cut on purpose, or the caller is gone: nothing to say."""


class Server(ThreadedWSGIServer):
    """A thread for each request; none keeps the process alive."""

    daemon_threads = True


def parse(arguments: list[str]) -> Options:
    """The options of a command line. Secrets may come from the environment instead, which ``ps`` does not show."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.stripe", description="A Stripe for this machine only."
    )
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--state", required=True, help="folder that keeps everything, or 'memory'")
    parser.add_argument(
        "--key",
        default=os.environ.get("SANDBOX_STRIPE_KEY", ""),
        help="the one secret key that is valid; without it any sk_test_… is",
    )
    parser.add_argument("--webhook", default="", help="address to send all events to")
    parser.add_argument(
        "--webhook-secret",
        default=os.environ.get("SANDBOX_STRIPE_WEBHOOK_SECRET", ""),
        help="secret that signs them (whsec_…)",
    )
    parser.add_argument(
        "--retry-seconds", type=float, default=0.5, help="pause before the second try of a webhook"
    )
    parser.add_argument(
        "--may-kill", type=int, action="append", default=[], metavar="PID", help="for kill faults"
    )
    given = parser.parse_args(arguments)
    if (given.webhook and not given.webhook_secret) or (
        "--webhook-secret" in arguments and not given.webhook
    ):
        parser.error("--webhook and --webhook-secret go together")
    return Options(
        port=given.port,
        state=None if given.state == "memory" else Path(given.state),
        key=given.key,
        webhook=given.webhook,
        webhook_secret=given.webhook_secret,
        retry_seconds=given.retry_seconds,
        may_kill=tuple(given.may_kill),
    )


def main(arguments: list[str]) -> int:
    """Serve until told to stop; every answer given is on disk before it is sent."""
    options = parse(arguments)
    store = Store(options.state)
    app = create_app(options, store)

    def context() -> Context:
        return Context(store, options.address)

    if options.webhook:
        try:
            with store.transaction():
                endpoints.configure(context(), options.webhook, options.webhook_secret)
        except ApiError as error:
            print(f"--webhook: {error}", file=sys.stderr)
            return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server = Server("127.0.0.1", options.port, app, Handler)
    threading.Thread(target=server.serve_forever, args=(TICK_SECONDS,), name="server", daemon=True).start()
    sender = Sender(store, options.retry_seconds)
    sender.start()
    print(
        f"Test payments on {options.address}; watch and steer them on {options.address}/_sandbox/", flush=True
    )
    while not stop.wait(TICK_SECONDS):
        timers.run_due(context, TASKS)
    server.shutdown()
    sender.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
