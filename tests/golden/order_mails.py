"""What mails about orders are made of: for each kind, the cases that its text tells apart."""

from __future__ import annotations

from typing import Any

from tests.golden.account_mails import Cases

STORE = {
    "name": "Dock Street",
    "line1": "14 Dock Street",
    "city": "Albany",
    "region": "NY",
    "postcode": "12207",
    "phone": "+1 518 555 0100",
}
QUIET_STORE = {**STORE, "phone": ""}
SITE = {
    "recipient": "Harbor Painting",
    "line1": "1 Yard Lane",
    "city": "Albany",
    "region": "NY",
    "postcode": "12207",
}
REPS = [
    {"name": "Kim Ash", "phone": "+1 518 555 0177", "email": "kim@coatings.example"},
    {"name": "Pat Roe", "phone": "", "email": "pat@coatings.example"},
]
ORDER: dict[str, Any] = {"number": "SO-100042", "path": "/orders/SO-100042"}

ASKED: dict[str, Any] = {
    "asker": "Dana Ortiz",
    "on_behalf": "",
    "title": "Elm Street, second floor",
    "company": "Harbor Painting",
    "lines": 12,
    "total": "$1,249.65",
    "limit": "$500.00",
    "job": "Elm Street",
    "po_number": "PO 7731",
    "store": "Dock Street",
    "note": "The crew starts on Monday.",
    "path": "/approvals/7",
}
CREDIT: dict[str, Any] = {
    "asker": "Dana Ortiz",
    "on_behalf": "",
    "company": "Harbor Painting",
    "title": "Elm Street, second floor",
    "lines": 12,
    "total": "$1,249.65",
    "limit": "$10,000.00",
    "available": "$249.65",
    "missing": "$1,000.00",
    "on_hold": False,
    "hold_reason": "",
    "draft_path": "/drafts/31",
    "reps": REPS,
    "pay_path": "/payments/new?invoice=INV-100042&invoice=INV-100043",
}
PAINT = {
    "quantity": "4",
    "sku": "PRO-1",
    "name": "ProLine eggshell, white base, 1 gal",
    "colour": "TC-0001 Harbor Fog",
    "price": "$41.20",
    "total": "$164.80",
    "waiting": "3",
}
TAPE = {
    "quantity": "1,200",
    "sku": "TAPE-1",
    "name": "Masking tape, 2 in",
    "colour": "",
    "price": "$3.9525",
    "total": "$4,743.00",
    "waiting": "",
}
CONFIRMED: dict[str, Any] = {
    **ORDER,
    "on_behalf": False,
    "placed_by": "Dana Ortiz",
    "company": "Harbor Painting",
    "reason": "",
    "approved_by": "",
    "lines": 12,
    "sold": [PAINT, TAPE],
    "nothing_there": False,
    "total": "$1,249.65",
    "tax": "$101.86",
    "tax_words": "Sales tax NY 8.875 %",
    "exempt": "",
    "po_number": "PO 7731",
    "job": "Elm Street",
    "fulfilment": "pickup",
    "store": STORE,
    "ship_to": {},
    "window": "tomorrow 7:00 am to 8:00 am",
    "promised": "tomorrow 7:00 am",
    "code": "K7PQXA",
    "pickup_person": "Sam Fields",
}
READY: dict[str, Any] = {
    **ORDER,
    "rest": 0,
    "code": "K7PQXA",
    "pickup_person": "Sam Fields",
    "store": STORE,
    "hours": "Mon to Fri 6:30 am to 6:00 pm, Sat 8:00 am to 4:00 pm",
    "window": "today 7:00 am to 8:00 am",
    "po_number": "PO 7731",
    "job": "Elm Street",
}
SHORT: dict[str, Any] = {
    **ORDER,
    "units": 2,
    "ordered": 6,
    "sku": "PRO-1",
    "name": "ProLine eggshell, white base, 1 gal",
    "colour": "Harbor Fog",
    "why": "was damaged in the store",
    "waits": True,
    "store": STORE,
    "ahead": "",
}
CHANGED: dict[str, Any] = {
    **ORDER,
    "fulfilment": "pickup",
    "promised": "Tue 9 Jun 2:00 pm",
    "reason": "The tinting machine is down.",
    "store": STORE,
}
RESTOCKED: dict[str, Any] = {
    **ORDER,
    "fulfilment": "pickup",
    "promised": "tomorrow 10:00 am",
    "lines": [
        {"name": "ProLine eggshell, white base, 1 gal", "sku": "PRO-1"},
        {"name": "Masking tape, 2 in", "sku": "TAPE-1"},
    ],
}
OUT: dict[str, Any] = {**ORDER, "store": STORE, "promised": "today 4:00 pm", "ship_to": SITE}
CANCELLED: dict[str, Any] = {**ORDER, "reason": "Ordered twice.", "rest": False, "ahead": ""}
PAID: dict[str, Any] = {
    "company": "Harbor Painting",
    "title": "Elm Street, second floor",
    "path": "/drafts/31/review",
    "amount": "$1,000.00",
    "missing": "",
    "on_hold": False,
    "hold_reason": "",
}
NONE = {"po_number": "", "job": ""}

MAILS: dict[str, Cases] = {
    "approval_asked": {
        "all of it": {**ASKED, "on_behalf": "Lee Novak"},
        "least": {**ASKED, **NONE, "lines": 1, "title": "an order", "store": "", "note": ""},
    },
    "approval_refused": {
        "lines": {
            "by": "Alex Stone",
            "total": "$1,249.65",
            "lines": 12,
            "reason": "We still have primer in the yard.",
            "path": "/drafts/31",
        },
        "one line": {
            "by": "Alex Stone",
            "total": "$749.00",
            "lines": 1,
            "reason": "Not this month.",
            "path": "/drafts/31",
        },
    },
    "credit_ask": {
        "credit does not reach": CREDIT,
        "for somebody": {**CREDIT, "on_behalf": "Lee Novak", "lines": 1, "reps": []},
        "on hold": {**CREDIT, "on_hold": True, "hold_reason": "Invoice INV-100017 is 60 days overdue."},
        "on hold, no reason": {**CREDIT, "on_hold": True, "reps": REPS[:1], "pay_path": "/invoices"},
    },
    "draft_paid": {
        "can be placed": PAID,
        "something is missing": {**PAID, "missing": "$10.00"},
        "on hold": {**PAID, "on_hold": True, "hold_reason": "Invoice INV-100017 is 60 days overdue."},
        "on hold, no reason": {**PAID, "title": "your order", "on_hold": True},
    },
    "order_cancelled": {
        "whole": CANCELLED,
        "rest": {**CANCELLED, "rest": True, "reason": ""},
        "paid ahead": {**CANCELLED, "ahead": "$20.22"},
    },
    "order_confirmation": {
        "pickup at a time": CONFIRMED,
        "pickup as soon as it can be": {
            **CONFIRMED,
            **NONE,
            "lines": 1,
            "sold": [TAPE],
            "window": "",
            "tax": "",
            "tax_words": "",
            "exempt": "R-77",
            "pickup_person": "",
            "approved_by": "Alex Stone",
        },
        "pickup without a time": {**CONFIRMED, "window": "", "promised": "", "tax": "", "tax_words": ""},
        "delivery, by a rep": {
            **CONFIRMED,
            "on_behalf": True,
            "placed_by": "Kim Ash",
            "reason": "Called from the site",
            "fulfilment": "delivery",
            "window": "",
            "promised": "Thu 4 Jun 5:00 pm",
            "ship_to": SITE,
            "code": "",
        },
        "delivery without a day": {
            **CONFIRMED,
            "fulfilment": "delivery",
            "window": "",
            "promised": "",
            "ship_to": SITE,
            "nothing_there": True,
        },
        "pickup of what is not there": {
            **CONFIRMED,
            **NONE,
            "window": "",
            "promised": "",
            "nothing_there": True,
        },
    },
    "order_out": {"all of it": OUT, "least": {**OUT, "promised": "", "ship_to": {}, "store": QUIET_STORE}},
    "order_promise_changed": {
        "pickup": CHANGED,
        "delivery": {**CHANGED, "fulfilment": "delivery", "store": QUIET_STORE},
    },
    "order_ready": {
        "whole": READY,
        "one line to come": {**READY, **NONE, "rest": 1, "pickup_person": "", "window": ""},
        "lines to come": {**READY, "rest": 3, "hours": "", "store": QUIET_STORE},
    },
    "order_restocked": {
        "pickup": RESTOCKED,
        "delivery": {**RESTOCKED, "fulfilment": "delivery"},
        "without a time": {**RESTOCKED, "promised": "", "lines": RESTOCKED["lines"][:1]},
    },
    "order_short": {
        "waits": SHORT,
        "taken off": {**SHORT, "colour": "", "waits": False, "store": QUIET_STORE},
        "taken off, paid ahead": {**SHORT, "waits": False, "ahead": "$20.22"},
    },
}
