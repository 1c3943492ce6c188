"""What can be paid: an invoice or a credit memo, as the rules see it."""

from __future__ import annotations

from typing import Protocol

from portal.billing.documents.early import Discounted


class Document(Discounted, Protocol):
    """An invoice or credit memo, with amounts in minor units of its currency."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def currency(self) -> str: ...
