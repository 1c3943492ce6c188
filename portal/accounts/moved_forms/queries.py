"""In whose account a rep was when a form was shown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_STAY = text("""
select c.name as company_name, c.code as company_code, s.name as subject_name
  from delegation d join company c on c.id = d.company_id join app_user s on s.id = d.subject_user_id
 where d.id = :id and d.actor_user_id = :rep
""")


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of a rep in a customer's account, running or over."""

    company_name: str
    company_code: str
    subject_name: str


def stay_of(session: Session, delegation_id: int | None, rep_id: int | None) -> Stay | None:
    """One of the rep's own stays; None if there is none of this number."""
    if delegation_id is None:
        return None
    row = session.execute(_STAY, {"id": delegation_id, "rep": rep_id}).one_or_none()
    return None if row is None else Stay(*row)
