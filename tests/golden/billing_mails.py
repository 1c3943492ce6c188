"""What mails about money are made of: for each kind, the cases that its text tells apart."""

from __future__ import annotations

from typing import Any

from tests.golden.account_mails import Cases

COMPANY = {"company": "Harbor Painting"}
DUE = [
    {"number": "INV-100042", "due": "Thu 2 Jul 2026", "amount": "$1,249.65"},
    {"number": "INV-100043", "due": "Fri 3 Jul 2026", "amount": "$89.71"},
]
AHEAD: dict[str, Any] = {
    "on": "Thu 2 Jul 2026",
    "total": "$1,339.36",
    "method": "Visa ending 4242",
    "invoices": DUE,
    "left": [],
    "credit": "",
}
PAPERS: dict[str, Any] = {
    "order": "SO-100042",
    "po": "PO 7731",
    "job": "Elm Street",
    "ordered_by": "Riley Sanders for Dana Ortiz",
}
NO_PAPERS = dict.fromkeys(PAPERS, "")
INVOICE: dict[str, Any] = {
    **COMPANY,
    **PAPERS,
    "number": "INV-100042",
    "path": "/invoices/INV-100042",
    "amount": "$1,249.65",
    "used": "",
    "credit": "",
    "open": "$1,249.65",
    "due": "Thu 2 Jul 2026",
    "discount": "$24.99",
    "discount_until": "Fri 12 Jun 2026",
}
MEMO: dict[str, Any] = {
    **COMPANY,
    **PAPERS,
    "number": "CM-100007",
    "path": "/invoices/CM-100007",
    "amount": "$82.40",
    "reason": "Two cans came back unopened.",
    "used": "$40.00",
    "open": "$42.40",
}
RECORDED_LINE = {"number": "INV-100042", "paid": "$100.00", "discount": "$2.00", "open": ""}
RECORDED: dict[str, Any] = {
    "paid_by": "",
    **COMPANY,
    "number": "PAY-100007",
    "amount": "$98.00",
    "method": "Cheque 1001",
    "received": "2 Jun 2026",
    "invoices": [RECORDED_LINE],
    "unapplied": "",
}
RETURNED: dict[str, Any] = {
    "paid_by": "",
    **COMPANY,
    "number": "PAY-100007",
    "amount": "$98.00",
    "method": "Cheque 1001",
    "received": "2 Jun 2026",
    "note": "",
    "invoices": [{"number": "INV-100042", "paid": "$100.00", "discount": "", "open": "$100.00"}],
}
DISPUTE: dict[str, Any] = {
    **COMPANY,
    "number": "INV-100042",
    "path": "/invoices/INV-100042",
    "amount": "$82.40",
    "outcome": "credited",
    "answer": "The driver confirms that two cans were missing.",
    "memo": "CM-100007",
    "credited": "$82.40",
    "used": "$82.40",
    "left": "",
    "before": "",
}
FAILED: dict[str, Any] = {
    **COMPANY,
    "amount": "$1,249.65",
    "why": "Your card was declined.",
    "path": "/payments/p4Zt",
    "automatic": False,
    "confirm": False,
}
RECEIVED: dict[str, Any] = {
    **COMPANY,
    "number": "PAY-100007",
    "amount": "$1,339.36",
    "method": "Visa ending 4242",
    "path": "/payments/p4Zt",
    "invoices": [
        {"number": "INV-100042", "paid": "$1,249.65", "open": ""},
        {"number": "INV-100043", "paid": "$49.71", "open": "$40.00"},
    ],
    "unapplied": "",
    "for_draft": False,
    "on_account": False,
    "late": False,
}
REFUNDED: dict[str, Any] = {
    "number": "PAY-100007",
    "amount_minor": 1_250,
    "currency": "USD",
    "reason": "Paid twice",
    "method": "Visa ending 4242",
    "reopens": True,
    "memos": [],
}
REMINDER: dict[str, Any] = {
    **COMPANY,
    "subject": "2 invoices of Harbor Painting are due soon",
    "more": 0,
    "totals": ["$1,339.36"],
    "credit": ["$42.40"],
    "invoices": [
        {"number": "INV-100042", "amount": "$1,249.65", "when": "is due 2 Jul 2026, in 3 days"},
        {"number": "INV-100043", "amount": "$89.71", "when": "is due today"},
    ],
}
CHARGEBACK: dict[str, Any] = {**COMPANY, "number": "PAY-100007", "amount": "$1,249.65"}
OPENED: dict[str, Any] = {
    **CHARGEBACK,
    "reason": "fraudulent",
    "answer_by": "Tue 9 Jun 2026, 14:00 UTC",
    "path": "/billing/payments/PAY-100007",
    "stripe_id": "du_1",
}
HELD: dict[str, Any] = {**COMPANY, "by": "Kim Ash", "reason": "Please call us about invoice INV-100017."}

MAILS: dict[str, Cases] = {
    "account_held": {
        "by somebody": HELD,
        "by rule": {**HELD, "by": "", "reason": "Invoice INV-100017 is 60 days overdue."},
    },
    "account_released": {
        "by somebody": {**HELD, "reason": "Thank you for the payment."},
        "by somebody, no reason": {**HELD, "reason": ""},
        "by rule": {**HELD, "by": "", "reason": ""},
    },
    "autopay_ahead": {
        "all of them": AHEAD,
        "less credit": {**AHEAD, "total": "$1,294.36", "credit": "$45.00"},
        "credit covers it": {**AHEAD, "total": "", "credit": "$1,339.36"},
        "some left": {**AHEAD, "total": "$89.71", "invoices": DUE[1:], "left": DUE[:1]},
    },
    "autopay_left": {
        "one": {"limit": "$1,000.00", "invoices": DUE[:1]},
        "several": {"limit": "$50.00", "invoices": DUE},
    },
    "chargeback_decided": {
        "won": {**CHARGEBACK, "path": "/billing/payments/PAY-100007", "won": True},
        "lost": {**CHARGEBACK, "path": "/billing/payments/PAY-100007", "won": False},
    },
    "chargeback_lost": {
        "with a saved card and autopay": {
            **CHARGEBACK,
            "method": "Visa ending 4242",
            "invoices": [{"number": "INV-100042", "amount": "$1,249.65", "branch": ""}],
            "methods": ["Visa ending 4242"],
            "autopay": True,
        },
        "of a group": {
            **CHARGEBACK,
            "method": "Visa ending 4242",
            "invoices": [
                {"number": "INV-100042", "amount": "$1,249.65", "branch": ""},
                {"number": "INV-100043", "amount": "$61.00", "branch": "North Branch"},
            ],
            "methods": [],
            "autopay": False,
        },
        "of what was not used": {**CHARGEBACK, "method": "", "invoices": [], "methods": [], "autopay": False},
    },
    "branch_invoices_reopened": {
        "of one branch": {
            "company": "North Branch",
            "paid_by": "Harbor Group",
            "by_bank": True,
            "invoices": [{"number": "INV-100042", "amount": "$1,249.65", "branch": ""}],
        },
        "by a refund": {
            "company": "North Branch",
            "paid_by": "Harbor Group",
            "by_bank": False,
            "invoices": [{"number": "INV-100042", "amount": "$1,249.65", "branch": ""}],
        },
    },
    "chargeback_opened": {
        "with a day": {**OPENED, "methods": ["Visa ending 4242"], "autopay": True},
        "without a day": {**OPENED, "answer_by": "", "reason": "", "methods": [], "autopay": False},
    },
    "credit_memo_new": {
        "partly used": MEMO,
        "used": {**MEMO, **NO_PAPERS, "used": "$82.40", "open": "", "reason": ""},
        "open": {**MEMO, "used": "", "open": "$82.40"},
    },
    "credit_used": {
        "and the rest is charged": {
            "used": "$45.00",
            "charged": "$185.87",
            "method": "Visa ending 4242",
            "invoices": ["INV-100042", "INV-100043"],
        },
        "it covers all": {
            "used": "$45.00",
            "charged": "",
            "method": "Visa ending 4242",
            "invoices": ["INV-100042"],
        },
    },
    "dispute_settled": {
        "credited": DISPUTE,
        "credited when it was paid": {**DISPUTE, "used": "", "left": "$82.40"},
        "upheld after a return": {**DISPUTE, "outcome": "upheld", "before": "$12.36"},
        "upheld": {
            **DISPUTE,
            "outcome": "upheld",
            "answer": "The signed slip says that all cans were there.",
        },
        "withdrawn": {**DISPUTE, "outcome": "withdrawn", "answer": ""},
    },
    "payment_recorded": {
        "settles with a discount": RECORDED,
        "on account": {**RECORDED, "invoices": [], "unapplied": "$98.00"},
        "a part": {**RECORDED, "invoices": [{**RECORDED_LINE, "discount": "", "open": "$2.00"}]},
        "by the parent company": {**RECORDED, "paid_by": "Harbor Group"},
    },
    "document_copy": {
        "an invoice": {
            **COMPANY,
            "what": "Invoice INV-100042",
            "rows": [["Total", "$1,249.65"], ["Open", "$249.65"], ["Due", "2 Jul 2026"]],
            "path": "/invoices/INV-100042",
            "by": "Ada Admin",
        }
    },
    "payment_returned": {
        "with a note": {**RETURNED, "note": "Insufficient funds."},
        "nothing was paid with it": {**RETURNED, "invoices": []},
        "of the parent company": {**RETURNED, "paid_by": "Harbor Group"},
    },
    "invoice_new": {
        "open, with a discount": INVOICE,
        "open, with credit beside it": {**INVOICE, "credit": "$20.22", "discount": ""},
        "partly paid ahead": {**INVOICE, "used": "$1,000.00", "open": "$249.65", "discount": ""},
        "paid ahead": {
            **INVOICE,
            **NO_PAPERS,
            "used": "$1,249.65",
            "open": "",
            "discount": "",
            "discount_until": "",
        },
    },
    "pay_link": {
        "one invoice": {
            "by": "Dana Ortiz",
            "what": "Invoice INV-100042",
            "total": "$1,249.65",
            "path": "/pay/8tZ4yJkq2Vd0sX1mB6nLwR",
            "until": "Tue 16 Jun 2026",
        }
    },
    "payment_failed": {
        "on the page": FAILED,
        "automatic, no reason": {**FAILED, "automatic": True, "why": ""},
        "to be confirmed": {
            **FAILED,
            "automatic": True,
            "confirm": True,
            "why": "The bank asks for a confirmation.",
        },
    },
    "payment_received": {
        "for invoices": RECEIVED,
        "for a draft": {
            **RECEIVED,
            "invoices": [],
            "unapplied": "$1,339.36",
            "for_draft": True,
            "method": "",
        },
        "on account": {**RECEIVED, "invoices": [], "unapplied": "$1,339.36", "on_account": True},
        "late": {**RECEIVED, "invoices": [], "unapplied": "$1,339.36", "late": True},
        "more than was open": {**RECEIVED, "invoices": RECEIVED["invoices"][:1], "unapplied": "$89.71"},
    },
    "payment_refunded": {
        "of a credit memo": {**REFUNDED, "reopens": False, "memos": ["CM-100007"]},
        "reopens": REFUNDED,
        "of what was not used": {
            **REFUNDED,
            "amount_minor": 1_000,
            "currency": "JPY",
            "reason": "",
            "method": "",
            "reopens": False,
        },
    },
    "payment_reminder": {
        "two": REMINDER,
        "one": {
            **REMINDER,
            "subject": "Invoice INV-100042 is due soon",
            "invoices": REMINDER["invoices"][:1],
            "totals": ["$1,249.65"],
            "credit": [],
        },
        "more than are listed": {
            **REMINDER,
            "subject": "14 invoices of Harbor Painting are overdue",
            "more": 12,
            "totals": ["120.00 EUR", "$9,339.36"],
        },
    },
    "refund_failed": {
        "onto invoices again": {
            "number": "PAY-100007",
            "amount": "$12.50",
            "method": "Visa ending 4242",
            "reopened": True,
            "unapplied": "",
        },
        "on account": {
            "number": "PAY-100007",
            "amount": "$12.50",
            "method": "",
            "reopened": False,
            "unapplied": "$12.50",
        },
    },
    "return_asked": {
        "of an order": {
            **COMPANY,
            "by": "Dana Ortiz",
            "number": "PAY-100007",
            "amount": "$20.22",
            "of_order": True,
            "path": "/billing/payments/PAY-100007",
        },
        "of anything else": {
            **COMPANY,
            "by": "Dana Ortiz",
            "number": "PAY-100007",
            "amount": "$20.22",
            "of_order": False,
            "path": "/billing/payments/PAY-100007",
        },
    },
    "scheduled_nothing_left": {"paid already": {"on": "Wed 3 Jun 2026"}},
    "statement_new": {
        "owed": {
            **COMPANY,
            "month": "June 2026",
            "opening": "$400.00",
            "moved": [{"what": "Invoiced", "amount": "$216.00"}, {"what": "Paid", "amount": "-$100.00"}],
            "closing": "$516.00",
            "ages": [
                {"what": "Not due yet", "amount": "$116.00"},
                {"what": "61–90 days", "amount": "$400.00"},
            ],
            "overdue": "$400.00",
            "owed": True,
            "path": "/statements/2026-06?currency=USD",
        },
        "nothing owed": {
            **COMPANY,
            "month": "June 2026",
            "opening": "$100.00",
            "moved": [{"what": "Paid", "amount": "-$100.00"}],
            "closing": "$0.00",
            "ages": [],
            "overdue": "",
            "owed": False,
            "path": "/statements/2026-06?currency=USD",
        },
    },
}
