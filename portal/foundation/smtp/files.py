"""Files that mails bring along: declared by nouns, made when the mail is sent.

A noun lists its makers in ``attachments.py``: ``MAKERS = (Maker("invoice", make_pdf),)``. The worker collects them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.foundation.jobs import House
from portal.foundation.mail import Contents


@dataclass(frozen=True, slots=True)
class File:
    """A PDF with its name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes one kind of document.

    :ivar make: called with the house and the document as the mail names it; raises whatever keeps it from being made.
    """

    kind: str
    make: Callable[[House, Contents], File]
