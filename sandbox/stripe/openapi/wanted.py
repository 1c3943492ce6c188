"""The operations and parameters of Stripe's API that the sandbox speaks; ``cut.py`` keeps just these."""

from __future__ import annotations

PAGE = "limit starting_after ending_before"
INTENT = "payment_method metadata description return_url mandate_data"
PAYMENT = f"{INTENT} receipt_email setup_future_usage statement_descriptor statement_descriptor_suffix"

# "METHOD path": names of parameters, ``expand`` always; a dot narrows a nested one.
OPERATIONS = {
    "GET /v1/customers": f"{PAGE} email created",
    "POST /v1/customers": "address description email metadata name phone",
    "GET /v1/customers/{customer}": "",
    "POST /v1/customers/{customer}": "address description email metadata name phone invoice_settings",
    "DELETE /v1/customers/{customer}": "",
    "GET /v1/customers/{customer}/payment_methods": f"{PAGE} type allow_redisplay",
    "GET /v1/payment_methods": f"{PAGE} customer type allow_redisplay",
    "GET /v1/payment_methods/{payment_method}": "",
    "POST /v1/payment_methods/{payment_method}": "allow_redisplay billing_details metadata",
    "POST /v1/payment_methods/{payment_method}/attach": "customer",
    "POST /v1/payment_methods/{payment_method}/detach": "",
    "GET /v1/checkout/sessions": f"{PAGE} created customer payment_intent status",
    "POST /v1/checkout/sessions": (
        "cancel_url client_reference_id currency customer customer_creation customer_email expires_at"
        " line_items.price_data.currency line_items.price_data.product_data.name"
        " line_items.price_data.product_data.description line_items.price_data.product_data.metadata"
        " line_items.price_data.unit_amount line_items.price_data.unit_amount_decimal line_items.quantity"
        " locale metadata mode payment_method_types"
        " payment_intent_data.description payment_intent_data.metadata payment_intent_data.receipt_email"
        " payment_intent_data.setup_future_usage payment_intent_data.statement_descriptor"
        " payment_intent_data.statement_descriptor_suffix"
        " saved_payment_method_options setup_intent_data.description setup_intent_data.metadata"
        " payment_method_options.us_bank_account payment_method_options.card.request_three_d_secure"
        " submit_type success_url ui_mode"
    ),
    "GET /v1/checkout/sessions/{session}": "",
    "POST /v1/checkout/sessions/{session}": "metadata",
    "POST /v1/checkout/sessions/{session}/expire": "",
    "GET /v1/checkout/sessions/{session}/line_items": PAGE,
    "GET /v1/payment_intents": f"{PAGE} created customer",
    "POST /v1/payment_intents": (
        f"{PAYMENT} amount currency customer confirm off_session payment_method_types mandate"
        " automatic_payment_methods error_on_requires_action"
    ),
    "GET /v1/payment_intents/{intent}": "client_secret",
    "POST /v1/payment_intents/{intent}": "amount metadata description payment_method customer receipt_email",
    "POST /v1/payment_intents/{intent}/confirm": (
        "payment_method off_session return_url mandate mandate_data setup_future_usage receipt_email"
        " error_on_requires_action"
    ),
    "POST /v1/payment_intents/{intent}/cancel": "cancellation_reason",
    "GET /v1/setup_intents": f"{PAGE} created customer payment_method",
    "POST /v1/setup_intents": f"{INTENT} customer confirm usage payment_method_types automatic_payment_methods",
    "GET /v1/setup_intents/{intent}": "client_secret",
    "POST /v1/setup_intents/{intent}/confirm": "payment_method return_url mandate_data",
    "POST /v1/setup_intents/{intent}/cancel": "cancellation_reason",
    "GET /v1/mandates/{mandate}": "",
    "GET /v1/charges": f"{PAGE} created customer payment_intent",
    "GET /v1/charges/{charge}": "",
    "POST /v1/charges/{charge}": "metadata description",
    "GET /v1/refunds": f"{PAGE} created charge payment_intent",
    "POST /v1/refunds": "amount charge payment_intent reason metadata",
    "GET /v1/refunds/{refund}": "",
    "POST /v1/refunds/{refund}": "metadata",
    "GET /v1/disputes": f"{PAGE} created charge payment_intent",
    "GET /v1/disputes/{dispute}": "",
    "POST /v1/disputes/{dispute}": "metadata evidence.uncategorized_text submit",
    "POST /v1/disputes/{dispute}/close": "",
    "GET /v1/balance": "",
    "GET /v1/balance_transactions": f"{PAGE} created currency source type",
    "GET /v1/balance_transactions/{id}": "",
    "GET /v1/events": f"{PAGE} created type types delivery_success",
    "GET /v1/events/{id}": "",
    "GET /v1/webhook_endpoints": PAGE,
    "POST /v1/webhook_endpoints": "url enabled_events description metadata",
    "GET /v1/webhook_endpoints/{webhook_endpoint}": "",
    "POST /v1/webhook_endpoints/{webhook_endpoint}": "url enabled_events description disabled metadata",
    "DELETE /v1/webhook_endpoints/{webhook_endpoint}": "",
}

# Objects that the sandbox answers with or expands to; a link to any other is an id and never expanded.
OBJECTS = (
    "balance",
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "deleted_customer",
    "deleted_webhook_endpoint",
    "dispute",
    "event",
    "item",
    "mandate",
    "payment_intent",
    "payment_method",
    "refund",
    "setup_intent",
    "webhook_endpoint",
)

METHOD_TYPES = frozenset({"card", "us_bank_account"})
