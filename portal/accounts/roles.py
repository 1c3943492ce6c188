"""Which role may do what: the one table. Permissions are named ``resource:action``."""

from __future__ import annotations

_OWN = {"account:manage"}
_READ = _OWN | {
    "home:read",
    "catalog:read",
    "stores:read",
    "orders:read",
    "orders:export",
    "company:read",
    "context:switch",
}
_BUY = _READ | {"drafts:read", "drafts:write", "orders:place", "orders:cancel"}

PERMISSIONS: dict[str, frozenset[str]] = {
    # A customer's people, by their role in the current company.
    "viewer": frozenset(_READ),
    "buyer": frozenset(_BUY),
    "approver": frozenset(_BUY | {"approvals:decide"}),
    "company_admin": frozenset(_BUY | {"approvals:decide", "people:read", "people:manage", "company:manage"}),
    # A customer's person without a company to work in.
    "guest": frozenset(_OWN | {"home:read", "context:switch"}),
    # Staff.
    "rep": frozenset(
        _OWN | {"home:read", "customers:read", "delegations:start", "delegations:end", "lookup:use"}
    ),
    "support": frozenset(_OWN | {"home:read", "customers:read", "lookup:use"}),
    "store": frozenset(_OWN | {"home:read", "counter:work"}),
    "admin": frozenset(_OWN | {"home:read", "customers:read", "lookup:use", "counter:work", "staff:manage"}),
    # A rep inside a customer's account: orders like a buyer, but never credentials, people,
    # saved payment methods or approvals.
    "acting": frozenset((_BUY - _OWN) | {"delegations:start", "delegations:end"}),
}

CUSTOMER_ROLES = ("viewer", "buyer", "approver", "company_admin")
ROLE_LABELS = {
    "viewer": "Viewer",
    "buyer": "Buyer",
    "approver": "Approver",
    "company_admin": "Company admin",
    "rep": "Sales rep",
    "support": "Support",
    "store": "Store associate",
    "admin": "Administrator",
}


def permissions_for(kind: str, role: str | None, *, acting: bool) -> frozenset[str]:
    """Permissions of a person of ``kind`` with ``role`` in the current company (customers only)."""
    if acting:
        return PERMISSIONS["acting"] if kind == "rep" else frozenset()
    if kind == "customer":
        return PERMISSIONS[role] if role in CUSTOMER_ROLES else PERMISSIONS["guest"]
    return PERMISSIONS.get(kind, frozenset())
