"""Early-payment discounts against what was agreed."""

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
)
