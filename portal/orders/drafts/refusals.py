"""Refusals that say more than a sentence: what is wrong, line by line."""

from __future__ import annotations

from collections.abc import Mapping

from portal.foundation.errors import Rejected


class QuantitiesRefused(Rejected):
    """Some quantities cannot be ordered.

    :ivar problems: a sentence for each, by the id or number of its line.
    """

    def __init__(self, message: str, problems: Mapping[int, str]) -> None:
        super().__init__("quantities", message)
        self.problems = problems


class ColoursRefused(Rejected):
    """Some lines cannot be tinted to the colors given.

    :ivar problems: a sentence for each, by the id of its line.
    """

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__("colours", "Some colours need correcting. Nothing was changed yet.")
        self.problems = problems


class Discontinued(Rejected):
    """A product is no longer made.

    :ivar replacement_sku: what to order instead, if there is something.
    """

    def __init__(self, sku: str, replacement_sku: str | None) -> None:
        instead = f" Order {replacement_sku} instead." if replacement_sku else ""
        super().__init__("discontinued", f"{sku} is no longer made.{instead}", field="sku")
        self.replacement_sku = replacement_sku
