"""Print the tests of one noun, of all kinds: ``noun_tests.py billing/disputes``. The tests mirror the portal's tree."""

from __future__ import annotations

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
HOW = "Say which noun, as make test-noun N=billing/disputes"


def found(tests: Path, domain: str, noun: str) -> list[Path]:
    """Files ``tests/<kind>/<domain>/**/test_<noun>*.py`` and folders ``tests/<kind>/<domain>/<noun>``."""
    folders = sorted(path for path in tests.glob(f"*/{domain}/{noun}") if path.is_dir())
    files = sorted(tests.glob(f"*/{domain}/**/test_{noun}*.py"))
    return [path for path in files if path.parent not in folders] + folders


def main(name: str, tests: Path = TESTS) -> int:
    domain, _, noun = name.strip("/").removeprefix("portal/").partition("/")
    if not domain or not noun.isidentifier() or not domain.isidentifier():
        print(f"{HOW}; {name!r} is none.", file=sys.stderr)
        return 2
    paths = found(tests, domain, noun)
    if not paths:
        print(
            f"No test is named for {domain}/{noun}: there is neither tests/*/{domain}/test_{noun}*.py nor "
            f"tests/*/{domain}/{noun}/. {HOW}.",
            file=sys.stderr,
        )
        return 2
    print(*(path.relative_to(tests.parent) for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
