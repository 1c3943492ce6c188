"""Saved methods: each card or account once."""

from __future__ import annotations

from portal.foundation.check import Check

CHECKS = (
    Check(
        "saved_methods_are_told_apart",
        "A company has one entry for each saved card or account.",
        """select c.code, m.brand || ' ' || m.last4, count(*) from saved_method m join company c on c.id = m.company_id
            where m.removed_at is null and m.fingerprint <> ''
            group by c.id, m.kind, m.fingerprint, m.brand, m.last4 having count(*) > 1""",
    ),
)
