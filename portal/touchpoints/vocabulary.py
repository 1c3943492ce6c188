"""The words of the log: stages, tasks, channels, outcomes, sources, and the roles of actors."""

from __future__ import annotations

STAGES = (
    "discover",
    "evaluate",
    "select",
    "purchase",
    "fulfil",
    "pay",
    "use",
    "support",
    "renew",
    "feedback",
    "admin",
)
TASKS = ("find", "reorder", "order", "track", "pay", "return", "get_help", "administer")
CHANNELS = (
    "web",
    "mobile_app",
    "rep_visit",
    "rep_remote",
    "call_center",
    "store_counter",
    "email",
    "sms",
    "edi",
    "punchout",
    "chat",
    "import",
)
OUTCOMES = (
    "ok",
    "validation_error",
    "not_found",
    "out_of_stock",
    "credit_hold",
    "payment_declined",
    "denied",
    "conflict",
    "timeout",
    "system_error",
    "abandoned",
)
SOURCES = ("portal_server", "portal_client", "pos", "call_center", "edi", "erp", "import")
# Kind of actor in the portal → role in the log.
ROLES = {
    "customer": "customer_user",
    "rep": "sales_rep",
    "support": "support_agent",
    "store": "store_staff",
    "admin": "administrator",
    "system": "system",
    "api": "api_client",
    "anonymous": "anonymous",
}
# Kind of actor in the portal → the channel of what they do on its pages; everybody else uses the web.
CHANNEL_OF = {"rep": "rep_remote", "support": "call_center", "store": "store_counter"}
