"""Refusals that say more than a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from portal.foundation.errors import Rejected

Bought = tuple[int, str]  # variant id; number of the color, empty if it is not tinted


class BoughtRefused(Rejected):
    """Some of what was bought before cannot be added.

    :ivar problems: a sentence for each.
    """

    def __init__(self, problems: Mapping[Bought, str]) -> None:
        super().__init__("quantities", "Nothing was added yet: some lines need correcting.")
        self.problems = problems
