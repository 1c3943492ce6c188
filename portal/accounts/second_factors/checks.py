"""What is said of a person's second factor is so."""

from __future__ import annotations

from portal.foundation.check import Check

CHECKS = (
    Check(
        "second_factors",
        "A person is marked to have a second factor when, and only when, there is a passkey or a confirmed app.",
        """select 'person ' || u.id, u.second_factor_at is not null, f.n > 0 from app_user u
             cross join lateral (
               select (select count(*) from passkey p where p.user_id = u.id)
                    + (select count(*) from authenticator_app a
                        where a.user_id = u.id and a.confirmed_at is not null) as n) f
            where (u.second_factor_at is not null) <> (f.n > 0)""",
    ),
)
