"""The one statement that writes touchpoints, in two ways: strictly (facts) and tolerantly (views, samples)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

# Columns that come with the row. The database adds xid, recorded_us and session_seq.
COLUMNS: dict[str, str] = {
    "event_id": "uuid",
    "occurred_us": "bigint",
    "received_us": "bigint",
    "fingerprint": "text",
    "source": "text",
    "idempotency_key": "text",
    "schema_ver": "text",
    "name": "text",
    "stage": "text",
    "channel": "text",
    "outcome": "text",
    "error_code": "text",
    "props": "jsonb",
    "valid": "boolean",
    "invalid_reason": "text",
    "voids_event_id": "uuid",
    "account_id": "bigint",
    "store_id": "bigint",
    "actor_id": "bigint",
    "actor_role": "text",
    "subject_user_id": "bigint",
    "on_behalf": "boolean",
    "delegation_id": "bigint",
    "visitor_id": "uuid",
    "session_id": "bigint",
    "task_id": "uuid",
    "task_type": "text",
    "latency_ms": "int",
    "dwell_ms": "int",
    "attempt_no": "smallint",
    "step_no": "smallint",
    "handoff": "boolean",
    "order_id": "bigint",
    "order_line_no": "int",
    "draft_id": "bigint",
    "invoice_id": "bigint",
    "payment_id": "bigint",
    "quote_id": "bigint",
    "product_id": "bigint",
    "variant_id": "bigint",
    "case_id": "bigint",
    "survey_id": "bigint",
    "promise_id": "bigint",
    "value_minor": "bigint",
    "currency": "text",
    "causation_id": "uuid",
    "correlation_id": "text",
    "trace_id": "text",
    "experiment": "jsonb",
    "consent_basis": "text",
    "consent_ver": "text",
    "dnt": "boolean",
    "classification": "text",
}

# Ids that may be in the log only once go through touchpoint_fact, which is not partitioned and so can be
# unique over all months. The number within the session is taken under the lock of the session's row, in the
# last statement of the transaction, so the lock is held for the length of a commit.
_STATEMENT = """
with given as materialized (
  select * from jsonb_to_recordset(%(rows)s::jsonb) as r(n int, once boolean, {typed})
), fresh as (
  insert into touchpoint_fact (event_id) select event_id from given where once {conflict} returning event_id
), kept as materialized (
  select * from given where not once or event_id in (select event_id from fresh)
), numbered as (
  update user_session s set touch_seq = s.touch_seq + c.many
    from (select session_id, count(*) as many from kept where session_id is not null group by session_id) c
   where s.id = c.session_id
  returning s.id, s.touch_seq - c.many as before
)
insert into touchpoint ({names}, recorded_us, session_seq)
select {picked}, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
       b.before + row_number() over (partition by k.session_id order by k.n)
  from kept k left join numbered b on b.id = k.session_id{relax_join}
"""


def _statement(*, tolerant: bool) -> str:
    return _STATEMENT.format(
        typed=", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()),
        names=", ".join(COLUMNS),
        picked=", ".join(f"k.{name}" for name in COLUMNS),
        conflict="on conflict do nothing" if tolerant else "",
        # The setting ends with the transaction, which is this statement: nobody waits for the disk.
        relax_join=" cross join (select set_config('synchronous_commit', 'off', true)) as relaxed"
        if tolerant
        else "",
    )


STRICT = _statement(tolerant=False)
TOLERANT = _statement(tolerant=True)


def write(connection: Connection, rows: Sequence[Mapping[str, Any]], *, tolerant: bool = False) -> None:
    """Write rows made by :func:`portal.touchpoints.recording.row_of` in one statement.

    :param tolerant: leave out rows whose id is there already, and do not wait for the disk.
    :raises sqlalchemy.exc.IntegrityError: when a fact's id is there already (not when tolerant).
    """
    numbered = [{"n": n, **row} for n, row in enumerate(rows)]
    text = json.dumps(numbered, ensure_ascii=False, default=str)
    connection.exec_driver_sql(TOLERANT if tolerant else STRICT, {"rows": text})
