"""The database folds as the portal does, so that what is typed and what is stored meet."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.foundation.wording import fold

_FOLD = text("select fold(t) from unnest(cast(:texts as text[])) with ordinality as u(t, n) order by n")
# What is assigned for long: newer letters differ between the versions of Unicode of Python and of PostgreSQL.
LETTERS = st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=("Cn", "Cs"))


def folded(session: Session, texts: list[str]) -> list[str]:
    return list(session.execute(_FOLD, {"texts": texts}).scalars())


def test_every_letter_is_folded_alike(session: Session) -> None:
    """Seen failing with ``lower`` by the database's collation, which knows ASCII only or more than Python."""
    letters = [
        chr(n)
        for n in (*range(1, 0xD800), *range(0xF900, 0xFFFE), 0x1D400, 0x10400)
        if n <= sys.maxunicode and unicodedata.category(chr(n)) not in ("Cn", "Cs", "Co")
    ]
    pairs = zip(letters, folded(session, letters), strict=True)
    odd = [f"U+{ord(letter):04X}" for letter, found in pairs if found != fold(letter)]
    assert odd == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(LETTERS, max_size=30), min_size=1, max_size=20))
def test_texts_are_folded_alike(session: Session, texts: list[str]) -> None:
    assert folded(session, texts) == [fold(each) for each in texts]


def test_the_indexes_are_used(session: Session) -> None:
    """Seen failing with a function that the planner takes for another one in the query."""
    session.execute(text("set local enable_seqscan = off"))
    for table in ("variant", "colour", "company", "app_user"):
        plan = session.execute(
            text(f"explain select from {table} where fold(name) like '%harbor%'")
        ).scalars()
        assert f"ix_{table}_name_folded" in "\n".join(plan), table
