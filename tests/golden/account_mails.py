"""What mails about people and their access are made of: for each kind, the cases that its text tells apart."""

from __future__ import annotations

from typing import Any

Cases = dict[str, dict[str, Any]]
LINK = "http://localhost/invitations/8tZ4yJkq2Vd0sX1mB6nLwR3cQ9hF5gTa7uPeKiOxYvE"

RENAMED = {"before": "Lee Novak", "after": "Lee Novak-Hale", "email": "lee@harbor.example"}

MAILS: dict[str, Cases] = {
    "document_address_confirmation": {
        "two kinds": {
            "company": "Harbor Painting",
            "documents": "invoices, receipts",
            "path": "/document-addresses/confirmation?token=8tZ4yJkq2Vd0sX1mB6nLwR",
            "days": 7,
        }
    },
    "invitation": {
        "buyer": {
            "inviter": "Dana Ortiz",
            "company": "Harbor Painting",
            "role": "buyer",
            "link": LINK,
            "days": 7,
            "barred": "",
        },
        **{
            barred: {
                "inviter": "Dana Ortiz",
                "company": "Harbor Painting",
                "role": "buyer",
                "link": "",
                "days": 7,
                "barred": barred,
            }
            for barred in ("staff", "disabled")
        },
    },
    "name_changed": {
        "to the person": {**RENAMED, "company": "", "by_file": False},
        "to an administrator": {**RENAMED, "company": "Harbor Painting", "by_file": False},
        "by a file": {**RENAMED, "company": "Harbor Painting", "by_file": True},
        "to the person, by a file": {**RENAMED, "company": "", "by_file": True},
    },
    "password_changed": {"changed": {"name": "Lee Novak"}},
    "password_reset": {
        "asked": {"name": "Lee Novak", "link": LINK.replace("invitations", "reset"), "minutes": 60}
    },
    "lookups_stopped": {
        "usual": {
            "person": "Sam Reed",
            "email": "sam.reed@coatings.example",
            "role": "support",
            "looked": 60,
            "hour": "14:00 UTC",
            "link": "https://portal.example/staff/lookups",
        },
        "refused at once": {
            "person": "Sam Reed",
            "email": "sam.reed@coatings.example",
            "role": "support",
            "looked": 1,
            "hour": "14:00 UTC",
            "link": "https://portal.example/staff/lookups",
        },
    },
    "recovery_code_used": {
        "some left": {"name": "Lee Novak", "left": 7},
        "one left": {"name": "Lee Novak", "left": 1},
        "none left": {"name": "Lee Novak", "left": 0},
    },
    "second_factor_added": {"passkey": {"name": "Lee Novak", "what": "The passkey “Phone”"}},
    "second_factor_removed": {"app": {"name": "Lee Novak", "what": "An authenticator app"}},
    "second_factor_reset": {
        "by somebody": {"name": "Lee Novak", "by": "Dana Ortiz"},
        "from the command line": {"name": "Lee Novak", "by": ""},
    },
    "staff_invitation": {
        "by somebody": {
            "name": "Robin Hale",
            "inviter": "Kim Ash",
            "role": "sales rep",
            "link": LINK,
            "days": 7,
        },
        "from the command line": {
            "name": "Robin Hale",
            "inviter": "",
            "role": "administrator",
            "link": LINK,
            "days": 7,
        },
    },
}
