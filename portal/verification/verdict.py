"""What ``portal verify`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from portal.foundation.check import Check
from portal.verification.collected import all_checks
from portal.verification.figures import Figures, LargeCompany
from portal.verification.invariants import INVARIANTS

Cell = int | str | None
# What --json prints: only json.dumps reads it.
Json = dict[str, object]


@dataclass(frozen=True)
class Finding:
    """A check that does not hold: how many rows break it, and the first of them."""

    check: Check
    count: int
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Verdict:
    """The figures of a database, and what breaks a rule."""

    figures: Figures
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        return not self.findings

    @property
    def counts(self) -> Mapping[str, int]:
        return self.figures.counts

    @property
    def sums(self) -> Mapping[str, Mapping[str, int | None]]:
        return self.figures.sums

    @property
    def largest(self) -> Sequence[LargeCompany]:
        return self.figures.largest

    def as_json(self) -> Json:
        """For ``--json``: counts, sums, and each check with what breaks it."""
        return {
            "ok": self.ok,
            "counts": self.counts,
            "sums": self.sums,
            "largest_companies": [asdict(company) for company in self.largest],
            "invariants": list(self._invariants()),
            "checks": list(self._checks()),
        }

    def _invariants(self) -> Iterator[Json]:
        broken = {finding.check.invariant for finding in self.findings}
        for number, meaning in INVARIANTS.items():
            names = [check.name for check in all_checks() if check.invariant == number]
            yield {"number": number, "meaning": meaning, "ok": number not in broken, "checks": names}

    def _checks(self) -> Iterator[Json]:
        findings = {finding.check.name: finding for finding in self.findings}
        for check in all_checks():
            finding = findings.get(check.name)
            yield {
                "name": check.name,
                "invariant": check.invariant,
                "meaning": check.meaning,
                "ok": finding is None,
                "broken": finding.count if finding else 0,
                "rows": finding.rows if finding else [],
            }
