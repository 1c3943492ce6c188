"""How a company is named on documents. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class BillAs:
    """What a company wants to read on its documents besides its name; what it has not said is empty."""

    legal_name: str = ""
    tax_number: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> BillAs:
        """From its stored form, which may hold other things."""
        return cls(**{each.name: stored.get(each.name, "") for each in fields(cls)})

    @property
    def stored(self) -> dict[str, str]:
        """Only what was said."""
        return {name: value for name, value in asdict(self).items() if value}
