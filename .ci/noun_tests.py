"""Print the tests of one noun, of all kinds: ``noun_tests.py billing/disputes``. The tests mirror the portal's tree."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.rules.reading.nouns import noun_of_test  # noqa: E402  (the tests are no installed package)

HOW = "Say which noun, as make test-noun N=billing/disputes"


def found(tests: Path, domain: str, noun: str) -> list[Path]:
    """Test files of a noun, in the order of their paths."""
    files = sorted(tests.glob(f"*/{domain}/**/test_*.py"))
    names = ((path, path.relative_to(tests.parent).as_posix()) for path in files)
    return [path for path, name in names if noun_of_test(name) == (domain, noun)]


def main(name: str, tests: Path = ROOT / "tests") -> int:
    domain, _, noun = name.strip("/").removeprefix("portal/").partition("/")
    if not domain or not noun.isidentifier() or not domain.isidentifier():
        print(f"{HOW}; {name!r} is not one.", file=sys.stderr)
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
