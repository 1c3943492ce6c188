"""Checks run in one order, and doubles are refused."""

from __future__ import annotations

import pytest

from portal.foundation.check import Check, in_order


def test_checks_run_by_their_rule_then_by_name() -> None:
    """Seen failing with the checks without a rule first."""
    checks = [Check("b", "", "", 2), Check("z", "", ""), Check("a", "", "", 2), Check("c", "", "", 1)]
    assert [check.name for check in in_order(checks)] == ["c", "a", "b", "z"]


def test_two_checks_cannot_share_a_name() -> None:
    """Seen failing without the check: what broke one of them was printed as the other's."""
    with pytest.raises(ValueError, match="Two checks are called refunds; give one of them another name"):
        in_order([Check("refunds", "", "select 1"), Check("refunds", "", "select 2")])
