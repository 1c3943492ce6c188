"""Invoices and credit memos against their lines, their orders and the ledger; credit in use."""

from __future__ import annotations

from portal.billing.chart_of_accounts import DOCUMENTS, OF_CUSTOMER
from portal.foundation.sql import sql_list
from portal.orders.status import CLOSED_STATES
from portal.verifying.check import Check, scale

CLOSED = sql_list(CLOSED_STATES)

DOCUMENT_CHECKS = (
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
        "charged_as_ordered",
        "Invoices charge each line of an order at the price at which it was ordered, and as many units as the line says; "
        "credit memos give back as many as were returned.",
        # Half a million lines are compared order by order first; only orders that differ are looked at line by line.
        """with odd as (
             select coalesce(a.order_id, b.order_id) as order_id from (
               select order_id, count(*) as lines, bit_xor(hash_record_extended(
                        row(line_no, quantity_invoiced, unit_price, total_minor, tax_minor), 0)) as sum
                 from order_line where quantity_invoiced <> 0 group by order_id) a
             full join (
               select i.order_id, count(*) as lines, bit_xor(hash_record_extended(
                        row(x.order_line_no, x.quantity, x.unit_price, x.net_minor, x.tax_minor), 0)) as sum
                 from invoice_line x join invoice i on i.id = x.invoice_id
                where i.order_id is not null and x.order_line_no is not null and x.quantity <> 0
                group by i.order_id) b using (order_id)
             where (a.lines, a.sum) is distinct from (b.lines, b.sum)
             union select order_id from order_line where quantity_returned <> 0),
           charged as (
             select i.order_id, x.order_line_no as line_no,
                    coalesce(sum(x.quantity) filter (where i.issue_key like 'order:%'), 0) as units,
                    coalesce(-sum(x.quantity) filter (where i.issue_key not like 'order:%'), 0) as returned,
                    min(x.unit_price) as lowest, max(x.unit_price) as highest,
                    sum(x.net_minor) as net, sum(x.tax_minor) as tax
               from odd join invoice i on i.order_id = odd.order_id join invoice_line x on x.invoice_id = i.id
              where x.order_line_no is not null group by i.order_id, x.order_line_no)
           select o.number || ' line ' || coalesce(l.line_no, c.line_no), l.unit_price, c.lowest, c.highest,
                  l.quantity_invoiced, c.units, l.quantity_returned, c.returned
           from (select l.* from odd join order_line l on l.order_id = odd.order_id) l
           full join charged c on c.order_id = l.order_id and c.line_no = l.line_no
           left join sales_order o on o.id = coalesce(l.order_id, c.order_id)
           where l.order_id is null or l.quantity_invoiced <> coalesce(c.units, 0)
              or l.quantity_returned <> coalesce(c.returned, 0) or l.unit_price <> c.lowest or l.unit_price <> c.highest
              or l.quantity_invoiced = l.quantity and l.quantity_returned = 0
                 and (c.net, c.tax) <> (l.total_minor, l.tax_minor)""",
        17,
    ),
    Check(
        "orders_are_invoiced",
        "Nothing is invoiced before it was handed over, and what a collected or delivered order handed over is invoiced.",
        f"""select o.number || ' line ' || l.line_no, o.status, l.quantity_fulfilled, l.quantity_invoiced
            from order_line l join sales_order o on o.id = l.order_id
            where abs(l.quantity_invoiced) > abs(l.quantity_fulfilled) or l.quantity_returned > abs(l.quantity_invoiced)
               or o.status in {CLOSED} and l.quantity_invoiced <> l.quantity_fulfilled""",
        10,
    ),
    Check(
        "documents_are_posted",
        "Each invoice and credit memo stands in the ledger once, under its number, for what it says.",
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
        "credit_used",
        "A company's credit in use is what it ordered on account and what is not invoiced or given back of it, "
        "and its open invoices less credit memos and unapplied money in the ledger, in the credit's own currency.",
        f"""select k.code, c.used_minor, d.used from credit_account c full join (
             select company_id, sum(used) as used from (
               select company_id, total_minor - credit_released_minor as used from sales_order where on_account
               union all
               select e.company_id, e.amount_minor from ledger_entry e
                 join company o on o.id = e.company_id left join credit_account a on a.company_id = e.company_id
                where e.account in {sql_list(OF_CUSTOMER)} and e.currency = coalesce(a.currency, o.currency)) p
              group by company_id) d using (company_id)
           join company k on k.id = company_id
           where coalesce(c.used_minor, 0) <> coalesce(d.used, 0)""",
        6,
    ),
    Check(
        "credit_given_back",
        "An order gives the credit that it took back once: all of it when it is closed, never more than it took.",
        f"""select number, status, total_minor, credit_released_minor from sales_order
            where on_account and (credit_released_minor not between 0 and total_minor
                                  or status in {CLOSED} and credit_released_minor <> total_minor)""",
        15,
    ),
)
