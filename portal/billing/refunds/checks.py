"""Refunds against their payments and the ledger."""

from __future__ import annotations

from portal.billing.chart_of_accounts import MONEY
from portal.billing.payment_states import REFUND_GONE, REFUND_TAKEN
from portal.foundation.check import Check
from portal.foundation.sql import sql_list

CHECKS = (
    Check(
        "refunds",
        "Refunds come to no more than their payment, and those that Stripe or the bank has taken on are in the ledger.",
        f"""select p.number, p.amount_minor, p.refunded_minor, sum(r.amount_minor) from payment p join refund r
             on r.payment_id = p.id and r.state not in {sql_list(REFUND_GONE)}
            group by p.id having sum(r.amount_minor) > p.amount_minor
           union all
           select p.number, p.amount_minor, p.refunded_minor, coalesce(e.out, 0) from payment p left join (
             select e.payment_id, -sum(e.amount_minor) as out from ledger_entry e
               join ledger_transaction t on t.id = e.transaction_id
              where e.account in {sql_list(MONEY)} and t.kind in ('refund', 'refund_failed')
              group by e.payment_id) e on e.payment_id = p.id
            where p.refunded_minor <> coalesce(e.out, 0) or p.refunded_minor not between 0 and p.amount_minor
           union all
           select 'refund ' || r.id, r.amount_minor, t.id, f.id from refund r
             left join ledger_transaction t on t.posting_key = 'refund:' || r.id
             left join ledger_transaction f on f.posting_key = 'refund:' || r.id || ':failed'
            where r.state in {sql_list(REFUND_TAKEN)} and (t.id is null or f.id is not null)
               or r.state in {sql_list(REFUND_GONE)} and (t.id is null) <> (f.id is null)""",
        5,
    ),
)
