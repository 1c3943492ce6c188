"""The credit limit that the preset is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.foundation.config import Settings
from tests.domain.exchange.test_folder_command import run
from tests.import_files import column


@pytest.mark.parametrize("limit", ["much", "", "NaN", "Infinity", "-5", "1e99", "0x10"])
def test_a_limit_that_is_no_amount_is_one_sentence(
    engine: Engine, settings: Settings, tmp_path: Path, limit: str
) -> None:
    """Seen failing with what is no number: a traceback."""
    code, said = run(settings, "--preset", "online-retail", tmp_path, "--credit-limit", limit)
    assert code in (1, 2)
    assert "Error: " in said
    assert column(engine, "select code from company") == []
