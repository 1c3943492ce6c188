"""Structured logs: JSON in production, readable lines in development. Never secrets, never request bodies."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRET_NAMES = re.compile(r"pass(word|phrase)?$|secret|token|cookie|authorization|csrf", re.IGNORECASE)
# Counted, so that a long text without any costs no more than its length.
EMAIL = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
URL_PASSWORD = re.compile(r"(\w{1,30}://[^\s:/@]{1,200}):[^\s/@]{0,500}@")
HIDDEN = "(hidden)"
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def scrub(logger: Any, method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Last step of every line: secrets by name, mail addresses and passwords of URLs by shape, are hidden."""
    for name, value in entry.items():
        if SECRET_NAMES.search(name):
            entry[name] = HIDDEN
        elif isinstance(value, str):
            entry[name] = EMAIL.sub(HIDDEN, URL_PASSWORD.sub(rf"\1:{HIDDEN}@", value))
    return entry


def configure(log_format: str, level: int = logging.INFO) -> None:
    """Send the standard library's and structlog's messages through one pipeline to stderr."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talkative in ("werkzeug", "procrastinate", "alembic", "asyncio"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _formatter(log_format: str) -> logging.Formatter:
    as_json = log_format == "json"
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            scrub,
            renderer,
        ],
    )
