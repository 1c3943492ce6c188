"""`python -m sandbox.demo --out DIR`: write the made-up company as CSV files."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from sandbox.demo.customers.people import DEMO_CUSTOMERS, DEMO_STAFF, PHRASE
from sandbox.demo.world import SCALES, build
from sandbox.demo.write import write


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the CSV files")
    parser.add_argument(
        "--today",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        metavar="YYYY-MM-DD",
        help="the day on which it plays: nothing is placed after its midnight UTC (default: today)",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another history (default: 1)")
    parser.add_argument("--scale", choices=sorted(SCALES), default="full")
    options = parser.parse_args(arguments)
    counts = write(build(options.today, options.seed, options.scale), options.out)
    print("Aldermoor Coatings is made up: every name, address, number and price in these files is invented.")
    for name, count in counts.items():
        print(f"{count:>8,}  {name}.csv")
    people = ", ".join(email for email, *_ in (*DEMO_CUSTOMERS, *DEMO_STAFF))
    print(f"Sign in with {PHRASE!r} as {people}")


if __name__ == "__main__":
    main()
