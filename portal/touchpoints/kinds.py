"""The catalogue: every name a touchpoint may have. docs/touchpoints.md is generated from it and tested against it.

Names are in the past tense, in the terms that commerce analytics have settled on, in snake_case.
"""

from __future__ import annotations

from portal.touchpoints.kind import Kind
from portal.touchpoints.properties import PROPS

_LINE = "sku quantity quantity_before line_no colour_number source lines draft_id"
_ORDER = "number lines fulfilment from_state to_state reason line_no quantity"
_LIST = "results page filters query_kind query_length"
_MONEY = "method number lines"
_PERSON = "user_id role role_before action reason"
_ERROR = "endpoint method status permission code"


def _kind(name: str, stage: str, task: str, says: str, meaning: str, props: str, **more: bool) -> Kind:
    chosen = {each: PROPS[each] for each in props.split()}
    return Kind(
        name, stage, more.get("fact", False), says, meaning, task or None, chosen, more.get("sample", False)
    )


def _fact(name: str, stage: str, task: str, says: str, meaning: str, props: str = "") -> Kind:
    return _kind(name, stage, task, says, meaning, props, fact=True)


def _view(name: str, stage: str, task: str, says: str, meaning: str, props: str = "") -> Kind:
    return _kind(name, stage, task, says, meaning, props)


def _sample(name: str, stage: str, says: str, meaning: str, props: str) -> Kind:
    return _kind(name, stage, "", says, meaning, props, sample=True)


GROUPS: dict[str, tuple[Kind, ...]] = {
    "Browse": (
        _view(
            "products_searched",
            "discover",
            "find",
            "Searched products",
            "A product search was answered",
            f"{_LIST} query",
        ),
        _view(
            "product_list_viewed",
            "discover",
            "find",
            "Looked at a list of products",
            "A category, the colours or another list was shown",
            f"{_LIST} list",
        ),
        _view(
            "product_viewed",
            "evaluate",
            "find",
            "Looked at a product",
            "A product page was shown",
            "sku source",
        ),
        _view(
            "product_compared",
            "evaluate",
            "find",
            "Compared products",
            "Products were shown side by side",
            "skus",
        ),
        _view(
            "document_downloaded",
            "evaluate",
            "find",
            "Downloaded a document",
            "A data sheet, slip or list was fetched",
            "document format rows filters number",
        ),
        _view(
            "availability_checked",
            "evaluate",
            "find",
            "Checked stock",
            "Stock, or stores near, were shown",
            "stores lines short_lines sku results",
        ),
        _view(
            "price_viewed",
            "evaluate",
            "find",
            "Asked why a price is what it is",
            "The rule behind a price was shown",
            "sku rule quantity",
        ),
        _fact(
            "sample_requested",
            "evaluate",
            "find",
            "Asked for a sample",
            "A sample was asked for",
            "sku colour_number",
        ),
        _fact(
            "expert_requested", "evaluate", "get_help", "Asked for an expert", "Advice was asked for", "topic"
        ),
    ),
    "Select": (
        _fact(
            "product_added",
            "select",
            "order",
            "Added to a draft",
            "A line came into a draft, or its quantity went up",
            _LINE,
        ),
        _fact(
            "product_removed",
            "select",
            "order",
            "Took out of a draft",
            "A line left a draft, or its quantity went down",
            _LINE,
        ),
        _view(
            "cart_viewed",
            "select",
            "order",
            "Looked at a draft",
            "A draft, or the list of them, was shown",
            "lines drafts",
        ),
        _fact(
            "list_saved",
            "select",
            "order",
            "Saved a draft",
            "A draft was named, parked, resumed or discarded, or a list saved",
            "lines action draft_id",
        ),
        _fact(
            "reorder_started",
            "select",
            "reorder",
            "Started a reorder",
            "Lines of an order, or of what was bought before, became a draft",
            "lines changed left_out number source source_order_id draft_id",
        ),
        _fact("quote_requested", "select", "order", "Asked for a quote", "A quote was asked for", "lines"),
        _fact("quote_accepted", "select", "order", "Accepted a quote", "A quote became an order", "number"),
    ),
    "Purchase": (
        _fact(
            "checkout_started",
            "purchase",
            "order",
            "Went on to check out",
            "A draft went on to pickup or delivery for the first time",
            "lines draft_id",
        ),
        _view(
            "checkout_step_viewed",
            "purchase",
            "order",
            "Looked at a checkout step",
            "A step of placing an order was shown",
            "step lines problems draft_id",
        ),
        _fact(
            "checkout_step_completed",
            "purchase",
            "order",
            "Completed a checkout step",
            "A step of placing an order was answered",
            "step fulfilment lines draft_id",
        ),
        _fact(
            "pickup_store_selected",
            "purchase",
            "order",
            "Chose a store",
            "A store was chosen for a draft, or to work with",
            "store_before short_lines window draft_id",
        ),
        _fact(
            "payment_info_entered",
            "purchase",
            "order",
            "Gave payment details",
            "Terms or a means of payment were chosen, saved or given up",
            f"{_MONEY} action",
        ),
        _fact(
            "approval_requested",
            "purchase",
            "order",
            "Asked for approval",
            "A draft waits for an approver",
            "lines rule draft_id",
        ),
        _fact(
            "approval_approved",
            "purchase",
            "order",
            "Approved",
            "An approver agreed",
            "lines lines_changed draft_id",
        ),
        _fact("approval_rejected", "purchase", "order", "Rejected", "An approver refused", "reason draft_id"),
        _fact(
            "order_completed",
            "purchase",
            "order",
            "Placed an order",
            "An order exists: lines, stock and credit are committed",
            f"{_ORDER} po_given job_id source_order_id backordered draft_id",
        ),
        _view(
            "order_failed",
            "purchase",
            "order",
            "An order could not be placed",
            "Placing was refused; the outcome says why",
            "code lines problems draft_id fulfilment",
        ),
        _fact(
            "order_updated",
            "purchase",
            "order",
            "Changed an order",
            "Something of a placed order was changed",
            f"{_ORDER} fields",
        ),
        _fact(
            "order_cancelled",
            "purchase",
            "order",
            "Cancelled an order",
            "An order, or a line of it, was cancelled",
            _ORDER,
        ),
        _fact(
            "order_refunded",
            "purchase",
            "order",
            "Gave money back",
            "Money or credit was given back for an order",
            _ORDER,
        ),
    ),
    "Fulfil": (
        _fact(
            "order_accepted", "fulfil", "track", "Accepted by the store", "A store took the order on", _ORDER
        ),
        _fact(
            "order_picked",
            "fulfil",
            "track",
            "Picked or tinted",
            "Picking or tinting began, went on, or ended short",
            f"{_ORDER} short",
        ),
        _fact(
            "ready_for_pickup", "fulfil", "track", "Ready for pickup", "The order can be collected", _ORDER
        ),
        _fact(
            "picked_up", "fulfil", "track", "Collected", "The order was handed over", f"{_ORDER} code_shown"
        ),
        _fact("shipped", "fulfil", "track", "Out for delivery", "The order left the store", _ORDER),
        _fact("delivered", "fulfil", "track", "Delivered", "The order arrived", _ORDER),
        _fact(
            "backordered",
            "fulfil",
            "track",
            "Backordered",
            "Something of the order has to be waited for",
            f"{_ORDER} short",
        ),
        _fact(
            "delivery_promise_changed",
            "fulfil",
            "track",
            "The promised time changed",
            "Another time was promised",
            f"{_ORDER} minutes_later",
        ),
        _view(
            "order_status_viewed",
            "fulfil",
            "track",
            "Looked at an order",
            "An order's page was shown",
            "number state",
        ),
        _fact(
            "notification_sent",
            "fulfil",
            "track",
            "A message went out",
            "A mail or text about an order or account left the portal",
            "mail_kind attempts number",
        ),
        _view(
            "notification_opened",
            "fulfil",
            "track",
            "Opened a message",
            "A link in a message was followed",
            "mail_kind",
        ),
    ),
    "Pay": (
        _fact("invoice_issued", "pay", "pay", "An invoice was issued", "An invoice exists", _MONEY),
        _view("invoice_viewed", "pay", "pay", "Looked at an invoice", "An invoice was shown", _MONEY),
        _fact(
            "invoice_disputed",
            "pay",
            "pay",
            "Disputed an invoice",
            "Part of an invoice is contested",
            f"{_MONEY} reason",
        ),
        _fact("payment_submitted", "pay", "pay", "Sent a payment", "A payment was started", _MONEY),
        _fact("payment_failed", "pay", "pay", "A payment failed", "A payment was refused", f"{_MONEY} code"),
        _fact("invoice_paid", "pay", "pay", "An invoice was paid", "An invoice is settled in full", _MONEY),
        _fact(
            "reminder_sent",
            "pay",
            "pay",
            "Was reminded of an invoice",
            "A step of reminding about an open invoice was taken",
            f"{_MONEY} step",
        ),
        _fact(
            "payment_promised",
            "pay",
            "pay",
            "Promised to pay an invoice",
            "Somebody of the company said by when an invoice is paid; reminders wait",
            _MONEY,
        ),
        _fact(
            "payment_promise_withdrawn",
            "pay",
            "pay",
            "Took back a promise to pay",
            "A promise to pay was taken back; reminders go on",
            _MONEY,
        ),
        _fact(
            "dispute_settled",
            "pay",
            "pay",
            "A disputed invoice was answered",
            "A dispute about an invoice is closed",
            f"{_MONEY} reason action",
        ),
        _fact(
            "credit_held",
            "pay",
            "administer",
            "Put the account on hold",
            "New orders on account are refused until the hold is lifted",
        ),
        _fact(
            "credit_released",
            "pay",
            "administer",
            "Lifted the hold on the account",
            "Orders on account are taken again",
        ),
        _fact(
            "hold_rule_changed",
            "pay",
            "administer",
            "Changed when the account is held by itself",
            "After how many days overdue a company's account is held was set or taken away",
            "fields",
        ),
        _fact(
            "terms_changed",
            "pay",
            "administer",
            "Changed credit limit or terms of payment",
            "The limit, the due day, the discount or how invoices are issued were agreed anew",
            "fields",
        ),
        _fact(
            "reminders_changed",
            "pay",
            "administer",
            "Changed when we remind of invoices",
            "A company's reminders were switched on, off or to other days",
            "fields",
        ),
        _fact(
            "tax_exemption_added",
            "pay",
            "administer",
            "Added a tax exemption",
            "A certificate that exempts from sales tax was added",
            "reason",
        ),
        _fact(
            "tax_exemption_withdrawn",
            "pay",
            "administer",
            "Withdrew a tax exemption",
            "A certificate that exempts from sales tax is not used any more",
            "reason",
        ),
        _view(
            "statement_downloaded",
            "pay",
            "pay",
            "Downloaded a statement",
            "A statement was fetched",
            "format",
        ),
    ),
    "Support": (
        _view(
            "order_history_viewed",
            "support",
            "track",
            "Looked through the orders",
            "The company's order history was shown",
            f"{_LIST} list",
        ),
        _view(
            "history_looked_up",
            "support",
            "get_help",
            "Looked something up",
            "Staff searched for an order, company or person, or opened what they found",
            f"{_LIST} opened",
        ),
        _fact("case_opened", "support", "get_help", "Opened a case", "A case exists", "topic"),
        _fact(
            "case_escalated",
            "support",
            "get_help",
            "Handed a case on",
            "A case went to somebody else",
            "topic",
        ),
        _fact("case_resolved", "support", "get_help", "Solved a case", "A case is closed", "topic"),
        _fact(
            "call_logged", "support", "get_help", "Noted a call", "A phone call was noted", "minutes topic"
        ),
        _fact("visit_logged", "support", "get_help", "Noted a visit", "A visit was noted", "minutes topic"),
        _fact(
            "return_requested",
            "support",
            "return",
            "Asked to return something",
            "A return or claim was asked for",
            f"{_ORDER} claim",
        ),
        _view(
            "error_shown", "support", "", "Saw an error page", "A signed-in person was shown an error", _ERROR
        ),
    ),
    "Feedback": (
        _fact("survey_sent", "feedback", "", "A survey was sent", "A person was asked", "survey"),
        _fact("survey_answered", "feedback", "", "Answered a survey", "A person answered", "survey score"),
        _fact(
            "comment_left",
            "feedback",
            "",
            "Left a comment",
            "A person wrote a comment; its text is not in the log",
            "length topic",
        ),
        _fact(
            "staff_feedback_left",
            "feedback",
            "",
            "Noted feedback",
            "Staff noted what a customer said; its text is not in the log",
            "topic",
        ),
        _fact(
            "loop_opened",
            "feedback",
            "",
            "A complaint waits for an answer",
            "An unhappy answer got an owner",
            "survey score",
        ),
        _fact("loop_contacted", "feedback", "", "Answered a complaint", "The unhappy person was contacted"),
        _fact("loop_closed", "feedback", "", "Closed a complaint", "The cause was dealt with", "cause"),
        _fact(
            "change_announced",
            "feedback",
            "",
            "Announced a change",
            "Customers were told what became of their feedback",
            "topic",
        ),
    ),
    "Account": (
        _fact(
            "account_created",
            "admin",
            "administer",
            "Created an account",
            "A company or person exists",
            _PERSON,
        ),
        _fact(
            "account_added_user",
            "admin",
            "administer",
            "Added or changed a person",
            "A person belongs to a company, or their role or access changed",
            _PERSON,
        ),
        _fact(
            "invite_sent",
            "admin",
            "administer",
            "Sent an invitation",
            "A person was invited, or sent a link to set a password",
            f"{_PERSON} purpose",
        ),
        _fact("signed_in", "admin", "administer", "Signed in", "A person signed in", "method network"),
        _fact(
            "signed_out",
            "admin",
            "administer",
            "Signed out",
            "One or more sessions ended",
            "reason sessions method",
        ),
        _view(
            "sign_in_failed",
            "admin",
            "administer",
            "A sign-in failed",
            "Address or password did not fit, a link was too old, or there were too many tries",
            "reason method network",
        ),
        _fact(
            "delegation_started",
            "admin",
            "administer",
            "Began to act for a customer",
            "A rep went into a customer's account, with a reason",
            "minutes subject_user_id reason",
        ),
        _fact(
            "delegation_ended",
            "admin",
            "administer",
            "Stopped acting for a customer",
            "A rep left a customer's account",
            "minutes subject_user_id reason",
        ),
        _view(
            "permission_denied",
            "admin",
            "administer",
            "Was refused",
            "Something was asked for without the permission",
            _ERROR,
        ),
        _fact(
            "experiment_exposed",
            "admin",
            "",
            "Met an experiment",
            "An account was shown an arm of an experiment for the first time",
            "experiment arm accounts",
        ),
    ),
    "Samples": (
        _sample(
            "page_left",
            "use",
            "Left a page",
            "A browser says how long a page was looked at; not every browser does",
            "page",
        ),
        _sample(
            "script_failed",
            "use",
            "A script failed",
            "A browser says that a script of ours failed; not every browser does",
            "page message",
        ),
    ),
}

KINDS: dict[str, Kind] = {kind.name: kind for group in GROUPS.values() for kind in group}
FACTS: frozenset[str] = frozenset(name for name, kind in KINDS.items() if kind.fact)


def kind_of(name: str) -> Kind:
    """The kind behind a name.

    :raises ValueError: when the catalogue does not know it; a new name is added there first.
    """
    try:
        return KINDS[name]
    except KeyError:
        raise ValueError(
            f"no touchpoint is called {name!r}; the names stand in portal/touchpoints/kinds.py"
        ) from None
