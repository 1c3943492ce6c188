"""Early-payment discounts against what was agreed, and write-offs against their limit and the ledger."""

from __future__ import annotations

from portal.foundation.check import Check

# Postings of the portal itself: what a file of another system gave, it gave.
OURS = "^(pi:|payment:form:|application:|reversal:)"

CHECKS = (
    Check(
        "early_discounts",
        "An early-payment discount comes to no more than was agreed, and whoever paid in time what settles an invoice with "
        "it, at once, has it.",
        f"""select i.number, i.discount_minor, sum(e.amount_minor), i.open_minor from ledger_entry e
              join ledger_transaction t on t.id = e.transaction_id join invoice i on i.id = e.invoice_id
             where e.account = 'discounts' and t.posting_key ~ '{OURS}' group by i.id
            having sum(e.amount_minor) not between 0 and i.discount_minor
            union all
            select i.number, i.discount_minor, 0, i.open_minor from invoice i
              join ledger_entry e on e.invoice_id = i.id and e.account = 'receivable'
              join payment p on p.id = e.payment_id join ledger_transaction t on t.id = e.transaction_id
             where i.open_minor > 0 and i.discount_minor > 0 group by i.id
            having count(distinct t.id) = 1 and bool_and(t.posting_key ~ '{OURS}')
               and max(p.received_on) <= i.discount_until
               and i.open_minor = round(i.discount_minor::numeric * (i.open_minor + i.paid_minor) / i.total_minor)""",
        4,
    ),
    Check(
        "write_offs",
        "No more is written off of an invoice than the limit that held then, and each write-off is in the ledger once, "
        "and once more when it is owed again.",
        """with posted as (
              select t.posting_key, e.invoice_id, -e.amount_minor as amount,
                     exists (select from ledger_transaction u where u.posting_key = t.posting_key || ':undone') as undone
                from ledger_transaction t join ledger_entry e on e.transaction_id = t.id and e.account = 'receivable'
               where t.kind = 'write_off' and t.posting_key not like '%:undone')
            select i.number, sum(w.amount_minor), max(w.limit_minor), null from write_off w join invoice i on i.id = w.invoice_id
             where w.reversed_at is null group by i.id having sum(w.amount_minor) > max(w.limit_minor)
            union all
            select coalesce(i.number, p.posting_key), w.amount_minor, w.limit_minor, p.amount
              from write_off w full join posted p on p.posting_key = 'write_off:' || w.key
              left join invoice i on i.id = w.invoice_id
             where (w.invoice_id, w.amount_minor, w.reversed_at is not null)
                   is distinct from (p.invoice_id, p.amount, p.undone)""",
        3,
    ),
)
