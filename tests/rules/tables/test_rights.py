"""``migrations/rights.sql`` lists just what the migrations give the database's roles."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine, text

from portal.foundation.postgres import rights
from portal.foundation.postgres.catalog import IN_FULL

RIGHTS = Path(__file__).parents[3] / "migrations" / "rights.sql"
HEADER = """\
-- What the database's roles may do, as all migrations together lead to it. Written by
-- GOLDEN=write python -m pytest tests/rules/tables/test_rights.py after a migration that grants something;
-- portal migrate gives what is missing, portal verify and /readyz say so. Read the diff.
"""


def test_the_list_is_what_the_migrations_lead_to(engine: Engine) -> None:
    """Seen failing with a grant left out of the list, and with a policy of another name."""
    with engine.connect() as connection:
        lines = sorted(connection.execute(text(IN_FULL.replace(":", r"\:"))).scalars())
    listed = HEADER + "".join(f"{line};\n" for line in lines)
    if os.environ.get("GOLDEN") == "write":
        RIGHTS.write_text(listed)
        rights.expected.cache_clear()
    assert RIGHTS.read_text() == listed, (
        "migrations give other rights than migrations/rights.sql says; is that meant? Then "
        "GOLDEN=write .venv/bin/python -m pytest tests/rules/tables/test_rights.py"
    )
    with engine.connect() as connection:
        assert rights.absent(connection) == []
        assert connection.execute(text(rights.surplus_sql().replace(":", r"\:"))).all() == []
