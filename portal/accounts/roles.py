"""Permissions by role. They are named ``resource:action``."""

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
    "invoices:read",
}
# Reading the code for which the counter hands an order over.
_COLLECT = {"orders:collect"}
_BUY = _READ | _COLLECT | {"drafts:read", "drafts:write", "orders:place", "orders:cancel"}
# Seeing what is owed, paying it, and administering the means of paying are three things.
_PAY = {"invoices:pay"}
_MEANS = {"payments:administer"}
# What is the rep's own while acting, whatever the role of the person acted for.
_STAY = {"delegations:start", "delegations:end"}

PERMISSIONS: dict[str, frozenset[str]] = {
    # A customer's people, by their role in the current company.
    "viewer": frozenset(_READ),
    "buyer": frozenset(_BUY | _PAY),
    "approver": frozenset(_BUY | _PAY | _MEANS | {"approvals:decide"}),
    "company_admin": frozenset(
        _BUY | _PAY | _MEANS | {"approvals:decide", "people:read", "people:manage", "company:manage"}
    ),
    # A customer's person without a company to work in.
    "guest": frozenset(_OWN | {"home:read", "context:switch"}),
    # Staff.
    "rep": frozenset(
        _OWN
        | {
            "home:read",
            "customers:read",
            "delegations:start",
            "delegations:end",
            "lookup:use",
            "billing:read",
        }
    ),
    "support": frozenset(_OWN | {"home:read", "customers:read", "lookup:use", "billing:read"}),
    "store": frozenset(_OWN | {"home:read", "counter:work"}),
    "admin": frozenset(
        _OWN
        | {
            "home:read",
            "customers:read",
            "lookup:use",
            "counter:work",
            "staff:manage",
            "billing:read",
            "billing:manage",
        }
    ),
    # A rep inside a customer's account, at most: orders like a buyer and sees what is owed, but never credentials,
    # people, paying, saved payment methods, approvals, or pickup codes.
    "acting": frozenset((_BUY - _OWN - _COLLECT) | _STAY),
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
    """Permissions of a person of ``kind`` with ``role`` in the current company.

    :param role: the person's, or while ``acting`` that of the person acted for: a rep may do nothing in somebody's name
        that this person may not do.
    """
    if acting:
        bounds = PERMISSIONS[role] if role in CUSTOMER_ROLES else frozenset()
        return PERMISSIONS["acting"] & (bounds | _STAY) if kind == "rep" else frozenset()
    if kind == "customer":
        return PERMISSIONS[role] if role in CUSTOMER_ROLES else PERMISSIONS["guest"]
    return PERMISSIONS.get(kind, frozenset())
