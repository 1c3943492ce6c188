"""Chargebacks: what a bank took back is not charged again without a person."""

from __future__ import annotations

from portal.billing.payment_states import LIVE
from portal.foundation.check import Check
from portal.foundation.sql import sql_list

CHARGED = sql_list((*LIVE, "succeeded"))

CHECKS = (
    Check(
        "suspended_is_not_charged",
        "Nothing is charged to a saved method after it was suspended, nor by a mandate after it was.",
        f"""select 'attempt ' || a.id, a.via, a.created_at, m.suspended_at
              from payment_attempt a join saved_method m on m.id = a.saved_method_id
             where m.suspended_at < a.created_at and a.state in {CHARGED}
            union all
            select 'attempt ' || a.id, a.via, a.created_at, y.suspended_at
              from autopay y join payment_attempt a on a.company_id = y.company_id and a.via = 'autopay'
             where y.suspended_at < a.created_at and (y.ended_at is null or a.created_at < y.ended_at)
               and a.state in {CHARGED}""",
    ),
    Check(
        "charged_back_is_left_to_people",
        "Autopay does not pay an invoice that a lost chargeback opened again.",
        f"""select i.number, 'attempt ' || a.id, a.created_at, t.occurred_at
              from ledger_transaction t
              join ledger_entry e on e.transaction_id = t.id and e.account = 'receivable'
              join invoice i on i.id = e.invoice_id
              join payment_allocation l on l.invoice_id = i.id
              join payment_attempt a on a.id = l.attempt_id
             where t.kind = 'chargeback_lost' and a.via = 'autopay' and a.created_at > t.occurred_at
               and a.state in {CHARGED}""",
    ),
    Check(
        "chargebacks_are_posted",
        "A chargeback that is decided is in the ledger as opened and as what was decided.",
        """select d.id, d.state, o.posting_key, c.posting_key from stripe_dispute d
             left join ledger_transaction o on o.posting_key = 'dispute:' || d.id || ':opened'
             left join ledger_transaction c on c.posting_key = 'dispute:' || d.id || ':' || d.state
            where d.closed_at is not null and (o.id is null or c.id is null)""",
    ),
)
