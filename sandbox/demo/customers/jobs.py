"""Jobs of the customers: a name, a time, a PO number and the colors that are painted there."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from sandbox.demo.customers.people import name_list
from sandbox.demo.deck import Colour, deck
from sandbox.demo.tables import rows

_HOUSE_COLORS = {"property": 0.9, "facility": 0.9, "commercial": 0.4, "builder": 0.8}


@dataclass
class Job:
    name: str
    po_number: str
    first: date
    last: date
    colours: dict[str, Colour] = field(default_factory=dict)  # by slot: wall, trim, accent, wood


def plan_jobs(kind: str, po_mode: str, source: random.Random, first: date, today: date) -> list[Job]:
    """Jobs that follow one another over the history, two to four at a time, the last of them still running."""
    patterns, shortest, longest = _patterns(kind)
    house = _palette(source)
    jobs: list[Job] = []
    names: set[str] = set()
    day = first - timedelta(days=40)
    while day < today:
        weeks = source.randint(shortest, longest)
        name = _name(patterns, names, source)
        own = source.random() >= _HOUSE_COLORS.get(kind, 0.1)
        jobs.append(
            Job(
                name=name,
                po_number=_po_number(source) if po_mode != "free" or source.random() < 0.4 else "",
                first=day,
                last=day + timedelta(weeks=weeks),
                colours=_palette(source) if own else house,
            )
        )
        day += timedelta(weeks=weeks) / source.uniform(2.0, 4.0)
    jobs[-1].last = max(jobs[-1].last, today + timedelta(days=30))
    return jobs


def running(jobs: list[Job], day: date) -> list[Job]:
    """The jobs of a day; where nothing runs, the latest one that has begun."""
    now = [job for job in jobs if job.first <= day <= job.last]
    return now or [max((job for job in jobs if job.first <= day), key=lambda job: job.last, default=jobs[0])]


def _patterns(kind: str) -> tuple[list[str], int, int]:
    for name, weeks, names in rows("job_names"):
        if name == kind:
            shortest, longest = weeks.split("-")
            return names.split(";"), int(shortest), int(longest)
    raise LookupError(kind)


def _name(patterns: list[str], names: set[str], source: random.Random) -> str:
    while True:
        pattern = source.choice(patterns)
        name = pattern.format(place=source.choice(name_list("places")), n=source.randint(1, 48))
        if name not in names or (pattern == name and len(names) > 60):
            names.add(name)
            return name
        if "{" not in pattern:
            patterns = [other for other in patterns if other != pattern]


def _po_number(source: random.Random) -> str:
    form = source.choice(["PO-{:05d}", "{:06d}", "WO {:05d}", "4500{:06d}"])
    return form.format(source.randint(10_000, 98_999))


def _palette(source: random.Random) -> dict[str, Colour]:
    """Colors that go on one job: a quiet wall, a white trim, a strong accent, something brown on wood."""
    quiet = [c for c in deck() if c.family in ("Neutrals", "Grays", "Whites", "Greens", "Blues")]
    walls = [c for c in quiet if c.base == "White base"] * 3 + [c for c in quiet if c.base == "Deep base"]
    return {
        "wall": source.choice(walls),
        "second": source.choice(walls),
        "trim": source.choice([c for c in deck() if c.family == "Whites"]),
        "accent": source.choice([c for c in deck() if c.base != "White base"]),
        "wood": source.choice([c for c in deck() if c.family in ("Browns", "Neutrals")]),
    }
