"""Why a mail was not sent, and how often it is tried. Pure rules."""

from __future__ import annotations

import smtplib

# With at most half an hour between tries this is about a day; then the mail is given up.
TRIES = 55
# Of a fault that is none of the mail server's: it comes again, whatever the hour.
TRIES_OF_FAULTS = 5
UNWRITTEN = "it could not be written, which is a fault of this portal or of the address"


def tries_of(error: Exception) -> int:
    """After how many tries that end like this the mail is given up: one if no later try can end otherwise."""
    if isinstance(error, smtplib.SMTPNotSupportedError) or _nobody_there(error):
        return 1
    return TRIES if isinstance(error, OSError) else TRIES_OF_FAULTS


def words_of(error: Exception) -> str:
    """What whoever asked for the mail reads, to follow "The mail could not be sent:"."""
    match error:
        case smtplib.SMTPNotSupportedError():
            return "our mail server takes no letters like \u201cö\u201d before the @"
        case smtplib.SMTPRecipientsRefused() if _nobody_there(error):
            return "the mail server says that there is no such address"
        case smtplib.SMTPRecipientsRefused():
            return "the mail server does not take mail for this address at the moment"
        case smtplib.SMTPResponseException(smtp_code=code):
            return f"our mail server refused it (code {code})"
        case OSError():
            return "our mail server did not answer"
        case _:
            return "of a fault of this portal"


def _nobody_there(error: Exception) -> bool:
    """True when the mail server says that this address will never take it (5xx for every recipient)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return False
