"""Why a draft cannot be placed, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.foundation.errors import Rejected
from portal.orders.checkout.changes import Change


class PlacementRefused(Rejected):
    """The draft cannot be ordered as it was shown; nothing was ordered.

    :ivar changes: what is wrong, line by line.
    """

    def __init__(
        self, code: str, message: str, changes: Sequence[Change], *, outcome: str = "validation_error"
    ) -> None:
        super().__init__(code, message, outcome=outcome)
        self.changes = changes


class LinesRefused(PlacementRefused):
    """Some lines cannot be ordered at all."""

    def __init__(self, changes: Sequence[Change]) -> None:
        words = "One line" if len(changes) == 1 else f"{len(changes)} lines"
        super().__init__("lines", f"{words} cannot be ordered. Change the draft, then place it.", changes)


class DraftChanged(PlacementRefused):
    """The draft, its prices or its taxes are not what the page showed."""

    def __init__(self, changes: Sequence[Change]) -> None:
        message = "Something changed since this page was shown. Nothing was ordered yet."
        super().__init__("changed", message, changes, outcome="conflict")


class OutOfStock(PlacementRefused):
    """The store has less than was ordered, and the draft does not allow backorders."""

    def __init__(self, store_name: str, changes: Sequence[Change]) -> None:
        message = f"{store_name} no longer has everything. Nothing was ordered yet."
        super().__init__("out_of_stock", message, changes, outcome="out_of_stock")


class ChoiceRefused(Rejected):
    """The pickup step needs correcting.

    :ivar problems: a sentence for each, by its field.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("checkout", "Something needs correcting.")
        self.problems = problems


def changes_of(refused: Rejected | None) -> Sequence[Change]:
    """What a refusal says about single lines; empty if it says nothing about them."""
    return refused.changes if isinstance(refused, PlacementRefused) else ()
