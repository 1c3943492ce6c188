"""A mail server that does not answer rests: mails are put off instead of waiting for it one after the other."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from portal.foundation.jobs import PutOff

log = structlog.get_logger(__name__)

REST_SECONDS = 30.0
# What says something about this mail, or about the answer to it, and nothing about the server being there.
_ANSWERS = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError)


class MailServer:
    """Whether the mail server may be asked now. One for all threads of a worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest_until = 0.0

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Around handing one mail over.

        :raises PutOff: while the server rests; the mail has not been tried.
        """
        with self._lock:
            left = self._rest_until - time.monotonic()
        if left > 0:
            raise PutOff("the mail server rests after giving no answer", seconds=int(left) + 1)
        try:
            yield
        except OSError as error:  # smtplib's errors are some, too
            if not isinstance(error, _ANSWERS) or isinstance(error, smtplib.SMTPConnectError):
                self._rest(error)
            raise

    def _rest(self, error: OSError) -> None:
        with self._lock:
            self._rest_until = time.monotonic() + REST_SECONDS
        log.warning(
            "the mail server gives no answer and is left alone for a moment",
            seconds=REST_SECONDS,
            error=type(error).__name__,
        )
