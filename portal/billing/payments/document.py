"""What can be paid: an invoice or a credit memo, as the rules see it."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Document(Protocol):
    """An invoice or credit memo, with amounts in minor units of its currency."""

    @property
    def id(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def total_minor(self) -> int: ...
    @property
    def open_minor(self) -> int: ...
    @property
    def discount_minor(self) -> int: ...
    @property
    def discount_until(self) -> date | None: ...
