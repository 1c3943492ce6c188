"""Searches compare folded text: a comparison that knows case alone does not find what has accents."""

from __future__ import annotations

import re
from collections import Counter

from tests.rules.ratchet import Found, hold, rule
from tests.rules.reading.source import sources

RAW = re.compile(
    r"\bilike\b|\.i(?:contains|startswith|endswith)\(|\blower\(\s*:?[\w.]*(?:name|words)\s*\)\s*(?:=|like|~)|position\(lower\("
)


@rule(
    "raw_search",
    todo="A search compares text as it is written. Use fold(…) like with fold_like(…), or portal.foundation.sql.holds",
)
def raw_searches() -> Found:
    found: Counter[str] = Counter()
    for source in sources("portal"):
        found[source.name] += len(RAW.findall(source.text))
    return +found


def test_searches_are_folded() -> None:
    """Seen failing with ``ilike`` in ten queries, each of which missed accents."""
    hold("raw_search")
