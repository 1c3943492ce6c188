"""Who is doing something, for which company, and on whose behalf. Passed down, never fetched from a global."""

from __future__ import annotations

from dataclasses import dataclass

STAFF_KINDS = frozenset({"rep", "support", "store", "admin"})


@dataclass(frozen=True)
class Actor:
    """The person behind a request, as use cases see them.

    ``company_id`` is the company the request is about: a customer's own current company, or the
    customer a rep acts for. Staff who act for nobody have none.
    """

    user_id: int | None
    kind: str  # customer, rep, support, store, admin, system, anonymous
    permissions: frozenset[str]  # without a default: nobody makes an actor without saying what they may do
    name: str = ""
    email: str = ""
    company_id: int | None = None
    company_name: str = ""
    role: str | None = None
    store_id: int | None = None
    time_zone: str = "UTC"
    language: str = "en"
    delegation_id: int | None = None
    acting_for_user_id: int | None = None
    acting_for_name: str = ""
    reason: str | None = None
    session_id: int | None = None

    def can(self, permission: str) -> bool:
        """True when the actor's role, in this context, grants ``resource:action``."""
        return permission in self.permissions

    @property
    def is_staff(self) -> bool:
        return self.kind in STAFF_KINDS

    @property
    def is_acting(self) -> bool:
        """True while a rep works inside a customer's account."""
        return self.delegation_id is not None

    @property
    def subject_user_id(self) -> int | None:
        """The customer's person this is done for: the one acted for, or the actor."""
        return self.acting_for_user_id if self.is_acting else self.user_id

    @property
    def customer_id(self) -> int:
        """The company something is done for.

        :raises LookupError: when there is none, which a permission check must have prevented.
        """
        if self.company_id is None:
            raise LookupError("this actor works in no company")
        return self.company_id


SYSTEM = Actor(user_id=None, kind="system", permissions=frozenset(), name="Counterpart")
ANONYMOUS = Actor(user_id=None, kind="anonymous", permissions=frozenset())
