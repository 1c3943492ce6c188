"""Lists as CSV files for spreadsheets: what is a word stays a word, and a long list is sent in pieces."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flask import Response, current_app, stream_with_context
from sqlalchemy.orm import Session

from portal.web.answers.heavy import Ticket
from portal.web.scope import Scope, scoped
from portal.web.sessions import actor

PIECE = 1_000  # rows
# What a spreadsheet would take for a formula, also behind white space and as East Asian keyboards write it.
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
# The cells of the next rows after a cursor (None: from the start), and the cursor after them (None: that was all).
Reader = Callable[[Session, str | None], tuple[Iterable[Sequence[Any]], str | None]]


def plain(words: str) -> str:
    """Words that stay words in a spreadsheet."""
    return f"'{words}" if words.lstrip().startswith(FORMULA_STARTS) or words[:1].isspace() else words


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as lines of a CSV file. Cells that people have written pass :func:`plain` before."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def csv_download(file_name: str, columns: Sequence[str], company_id: int, read: Reader) -> Response:
    """A file of the company's rows, read and sent in pieces, however many they are.

    :raises Busy: when the person is being sent another one.
    """
    scope, ticket = Scope(company_id, actor().user_id), Ticket("export")
    answer = Response(
        stream_with_context(_sent(_pieces(columns, scope, read), ticket)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"},
    )
    answer.call_on_close(ticket.release)  # also where nobody took it
    return answer


def _sent(pieces: Iterator[str], ticket: Ticket) -> Iterator[str]:
    try:
        yield from pieces
    finally:
        ticket.release()


def _pieces(columns: Sequence[str], scope: Scope, read: Reader) -> Iterator[str]:
    """The request's own transaction has ended when the answer is sent, so each piece has a short one."""
    yield "\ufeff" + csv_text([columns])
    after: str | None = None
    while True:
        with current_app.extensions["sessions"]() as session:
            scoped(session, scope).connection(execution_options={"postgresql_readonly": True})
            rows, after = read(session, after)
        yield csv_text(rows)
        if after is None:
            return
