"""Invoices and credit memos against their lines, the ledger and the touchpoint log."""

from __future__ import annotations

from portal.billing.chart_of_accounts import DOCUMENTS
from portal.foundation.check import Check, scale
from portal.foundation.sql import sql_list

CHECKS = (
    Check(
        "document_lines",
        "A document's net amount and tax are the sums of its lines, each line is its price times its quantity to within "
        "one minor unit (parts of an order's line add up to it), and its lines belong to its company.",
        f"""with d as materialized (select id, company_id, {scale("currency")} as scale from invoice)
            select i.number, i.net_minor, l.net, i.tax_minor, l.tax from invoice i left join (
              select x.invoice_id, sum(x.net_minor) as net, sum(x.tax_minor) as tax,
                     max(abs(x.net_minor - x.unit_price * x.quantity * d.scale)) as off,
                     bool_and(x.company_id = d.company_id) as own
                from invoice_line x join d on d.id = x.invoice_id group by x.invoice_id) l on l.invoice_id = i.id
            where (i.net_minor, i.tax_minor, true) is distinct from (l.net, l.tax, l.own) or l.off > 1
               or i.total_minor <> i.net_minor + i.tax_minor""",
        16,
    ),
    Check(
        "documents_are_posted",
        "Each invoice and credit memo is in the ledger once, under its number, for what it says.",
        f"""select i.number, i.total_minor, p.posted, p.owed from invoice i left join (
             select e.invoice_id, count(distinct t.id) as posted,
                    sum(e.amount_minor) filter (where e.account = 'receivable') as owed,
                    sum(e.amount_minor) filter (where e.account = 'sales') as sales,
                    sum(e.amount_minor) filter (where e.account = 'tax') as tax
               from ledger_transaction t join ledger_entry e on e.transaction_id = t.id
              where t.kind in {sql_list(DOCUMENTS)} group by e.invoice_id) p on p.invoice_id = i.id
           left join ledger_transaction k on k.posting_key = i.kind || ':' || i.number
           where k.id is null or (coalesce(p.owed, 0), coalesce(p.sales, 0), coalesce(p.tax, 0))
                                 <> (i.total_minor, -i.net_minor, -i.tax_minor) or p.posted > 1""",
        2,
    ),
    Check(
        "open_amounts",
        "What is open of a document is its balance in the ledger, from nothing to its total, and it is settled when that "
        "is nothing.",
        """select i.number, i.total_minor, i.open_minor, coalesce(e.owed, 0), i.settled_at
           from invoice i left join (
             select invoice_id, sum(amount_minor) as owed from ledger_entry where account = 'receivable'
              group by invoice_id) e on e.invoice_id = i.id
           where i.open_minor <> coalesce(e.owed, 0) or (i.open_minor = 0) <> (i.settled_at is not null)
              or i.open_minor not between least(0, i.total_minor) and greatest(0, i.total_minor)""",
        3,
    ),
    Check(
        "documents_are_touchpoints",
        "Every invoice and credit memo of the portal is in the touchpoint log once.",
        """select i.number, i.kind, count(t.event_id) from invoice i left join touchpoint t
             on t.invoice_id = i.id and t.name = 'invoice_issued'
            where i.source = 'portal' group by i.id having count(t.event_id) <> 1""",
        10,
    ),
)
