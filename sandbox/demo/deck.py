"""The colour deck: cards of six chips, from light to dark, with the base that each chip is tinted in."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from functools import cache

from sandbox.demo.tables import rows

BASES = ("White base", "Deep base", "Clear base")


@dataclass(frozen=True)
class Colour:
    number: str
    name: str
    hex: str
    family: str
    base: str  # light colours go in a white base, dark ones in a clear base, as in every tint room


@cache
def deck() -> tuple[Colour, ...]:
    """All colours. The deck is the maker's, so it is the same for every seed and scale."""
    colours: list[Colour] = []
    for card, (family, hue, saturation, first, last, names) in enumerate(rows("deck"), start=11):
        chips = names.split(";")
        for step, name in enumerate(chips):
            share = step / (len(chips) - 1)
            lightness = (float(first) + (float(last) - float(first)) * share) / 100
            # Chips gain strength as they darken; a pale tint with full saturation would look fluorescent.
            strength = float(saturation) / 100 * (0.8 + 0.2 * share)
            colours.append(
                Colour(
                    number=f"AM-{card}{step + 1:02d}",
                    name=name,
                    hex=_hex(float(hue), strength, lightness),
                    family=family,
                    base=BASES[0] if lightness > 0.72 else BASES[1] if lightness > 0.45 else BASES[2],
                )
            )
    return tuple(colours)


def _hex(hue: float, saturation: float, lightness: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue / 360, lightness, saturation)
    return f"#{round(red * 255):02X}{round(green * 255):02X}{round(blue * 255):02X}"
