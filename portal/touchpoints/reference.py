"""The tables of docs/touchpoints.md, from the catalogue and the model, so that they cannot disagree.

``python -m portal.touchpoints.reference docs/touchpoints.md`` puts them in their places; a test compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

from portal.touchpoints.kinds import SECTIONS, section
from portal.touchpoints.models import Touchpoint
from portal.touchpoints.properties import PROPS
from portal.touchpoints.vocabulary import CHANNELS, OUTCOMES, ROLES, SOURCES, STAGES, TASKS

COLUMNS: dict[str, str] = {
    "event_id": "Id. UUIDv5 of `idempotency_key` where there is one (all facts), else UUIDv7",
    "occurred_us": "When it happened. Microseconds since 1970-01-01 UTC; the month decides the partition",
    "received_us": "When this server learned of it. Microseconds UTC",
    "recorded_us": "When the row was written, by the database's clock. Microseconds UTC",
    "fingerprint": "128-bit BLAKE2b digest of what the row says, as 32 hexadecimal digits: shows a row that was changed",
    "source": "What wrote it: " + ", ".join(SOURCES),
    "idempotency_key": "`name:entity[:version]` of a fact, or the browser's id of a sample; recorded once only",
    "schema_ver": "SchemaVer (model-revision-addition) of `props`",
    "xid": "Transaction that wrote the row. Exports go by it, because transactions commit in another order than they begin",
    "name": "Kind of touchpoint; see the catalogue",
    "stage": "Stage of the customer's journey, fixed per name: " + ", ".join(STAGES),
    "channel": "Where it took place: " + ", ".join(CHANNELS),
    "outcome": "How it ended: " + ", ".join(OUTCOMES),
    "error_code": "Machine name of the refusal or failure",
    "props": "Properties as the kind lists them, at most 8 KiB of JSON",
    "valid": "Whether `props` is what the kind says. A bad property never undoes an order: it is marked here",
    "invalid_reason": "What is wrong with `props`",
    "voids_event_id": "The touchpoint that this one corrects; a correction is a new row",
    "account_id": "Company (sold-to)",
    "store_id": "Store it was about or took place in",
    "actor_id": "Person who did it; null for the system and for visitors",
    "actor_role": "In which role: " + ", ".join(dict.fromkeys(ROLES.values())),
    "subject_user_id": "Customer's person for whom it was done; the actor, when customers act themselves",
    "on_behalf": "Somebody else did it for the subject. Held by a constraint: exactly when both are there and differ",
    "delegation_id": "A rep's stay in the account; required when `on_behalf`",
    "visitor_id": "Random first-party id of the browser; null for staff, while acting on behalf, and when objected to",
    "session_id": "Signed-in session",
    "session_seq": "1, 2, 3 … within the session, given under a lock: a gap is a loss",
    "task_id": "What belongs to one task, where it is known",
    "task_type": "What the person was about: " + ", ".join(TASKS),
    "latency_ms": "How long the server took to answer",
    "dwell_ms": "How long a page was looked at (samples)",
    "attempt_no": "Which try it was",
    "step_no": "Which step of a task",
    "handoff": "The customer had to change channel or person",
    "order_id": "Order",
    "order_line_no": "Line of the order",
    "draft_id": "Draft",
    "invoice_id": "Invoice",
    "payment_id": "Payment",
    "quote_id": "Quote",
    "product_id": "Product",
    "variant_id": "Variant (SKU)",
    "case_id": "Case",
    "survey_id": "Survey",
    "promise_id": "Promise",
    "value_minor": "Money of the fact in minor units of `currency`",
    "currency": "ISO 4217; null without `value_minor`",
    "causation_id": "Touchpoint that brought this one about",
    "correlation_id": "Request id: the same in the logs, on error pages and in the header `X-Request-Id`",
    "trace_id": "W3C trace id, when the caller sent one",
    "experiment": "Arms of experiments at that time, {name: arm}",
    "consent_basis": "contract (facts), legitimate_interest, consent, none (views: no consent record means none)",
    "consent_ver": "Version of the consent text",
    "dnt": "The browser asked not to be followed (Do Not Track or Global Privacy Control)",
    "classification": "Who may read it: internal",
}


def kinds_table() -> str:
    """Every kind, by group."""
    parts = []
    for group in SECTIONS:
        parts.append(
            f"### {group}\n\n| name | stage | task | written | meaning | properties |\n|---|---|---|---|---|---|"
        )
        for kind in section(group):
            written = "sample" if kind.sample else "with the change" if kind.fact else "after the response"
            props = ", ".join(f"`{name}`" for name in kind.props) or "none"
            parts[-1] += (
                f"\n| `{kind.name}` | {kind.stage} | {kind.task or ''} | {written} | {kind.meaning} | {props} |"
            )
    return "\n\n".join(parts)


def properties_table() -> str:
    """Every property."""
    head = "| property | type | meaning |\n|---|---|---|"
    return "\n".join(
        [head, *(f"| `{name}` | {prop.type_name} | {prop.meaning} |" for name, prop in PROPS.items())]
    )


def columns_table() -> str:
    """Every column of the table."""
    head = "| column | type | null | meaning |\n|---|---|---|---|"
    rows = [
        f"| `{c.name}` | {str(c.type).lower()} | {'yes' if c.nullable else ''} | {COLUMNS[c.name]} |"
        for c in Touchpoint.__table__.columns
    ]
    return "\n".join([head, *rows])


TABLES = {"kinds": kinds_table, "properties": properties_table, "columns": columns_table}


def with_tables(text: str) -> str:
    """``text`` with each ``<!-- name -->…<!-- /name -->`` filled again."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = before + begin + table() + end + after
    return text


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(with_tables(page.read_text()))
