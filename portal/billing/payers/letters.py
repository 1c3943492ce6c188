"""Mails to a company's people about its payments. Templates: templates/email/<domain>/<kind>.txt.j2."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.billing.payers.queries import people_who_may
from portal.foundation.mail import RawLetter, post_all


def tell_payers(
    session: Session,
    *,
    kind: str,
    key: str,
    company_id: int,
    data: dict[str, Any],
    permission: str = "payments:administer",
) -> int:
    """Queue a mail to everybody of the company who may (administer its payments, unless told otherwise).

    :param key: names the fact; each person is told of it once.
    :returns: how many are written to.
    """
    people = people_who_may(session, permission, [company_id]).get(company_id, [])
    post_all(
        session,
        [
            RawLetter(f"{key}:{each.user_id}", kind, each.email, data, each.name, each.language, company_id)
            for each in people
        ],
    )
    return len(people)
