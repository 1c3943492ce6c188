"""The board of a store, as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from portal.foundation.wording import po_words
from portal.orders.fulfilment.board import Board
from portal.orders.promise import age_words, clock_words, when_words
from portal.orders.status import ICONS, TONES, label
from portal.web.transaction import now


@dataclass(frozen=True, kw_only=True)
class BoardPage:
    """How the board is shown: what was typed into its box, why codes are paused, and times on the store's clock."""

    zone: str
    typed: str = ""
    paused: str = ""

    def due(self, at: datetime) -> str:
        """``tomorrow 6:30 am``; without the day when it is today."""
        return when_words(at, self.zone, now()).removeprefix("today ")

    def clock(self, at: datetime) -> str:
        """``6:30 am``."""
        return clock_words(at, self.zone)

    def age(self, at: datetime) -> str:
        """``12 min`` since then."""
        return age_words(at, now())

    @property
    def read_at(self) -> str:
        """When this page was made."""
        return clock_words(now(), self.zone)


def board_page(board: Board, *, typed: str = "", paused: str = "", alone: bool = False) -> str:
    """The board.

    :param typed: a number or code that no order has.
    :param paused: why codes are not looked up now.
    :param alone: without the page around it, for a refresh.
    """
    return render_template(
        "orders/fulfilment/_board.html" if alone else "orders/fulfilment/board.html",
        board=board,
        page=BoardPage(zone=board.store.time_zone, typed=typed, paused=paused),
        po_words=po_words,
        label=label,
        tones=TONES,
        icons=ICONS,
    )
