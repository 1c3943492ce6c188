"""Whatever belongs to a company belongs to the company of what it hangs on."""

from __future__ import annotations

from portal.verifying.check import Check

# table, how its row is named, column, table that it leads to
HANGS_ON = (
    ("invoice", "c.number", "order_id", "sales_order"),
    ("invoice", "c.number", "corrects_invoice_id", "invoice"),
    ("invoice", "c.number", "job_id", "company_job"),
    (
        "ledger_entry",
        "'entry ' || c.transaction_id || '.' || c.line_no",
        "transaction_id",
        "ledger_transaction",
    ),
    ("ledger_entry", "'entry ' || c.transaction_id || '.' || c.line_no", "invoice_id", "invoice"),
    ("ledger_entry", "'entry ' || c.transaction_id || '.' || c.line_no", "payment_id", "payment"),
    ("payment_attempt", "'attempt ' || c.id", "saved_method_id", "saved_method"),
    ("payment_attempt", "'attempt ' || c.id", "pay_link_id", "pay_link"),
    ("payment_attempt", "'attempt ' || c.id", "draft_id", "draft"),
    ("payment_allocation", "'attempt ' || c.attempt_id", "attempt_id", "payment_attempt"),
    ("payment_allocation", "'attempt ' || c.attempt_id", "invoice_id", "invoice"),
    ("payment", "c.number", "attempt_id", "payment_attempt"),
    ("refund", "'refund ' || c.id", "payment_id", "payment"),
    ("stripe_dispute", "c.id", "payment_id", "payment"),
    ("reminder", "'reminder ' || c.id", "invoice_id", "invoice"),
    ("payment_promise", "'promise ' || c.id", "invoice_id", "invoice"),
    ("invoice_dispute", "'dispute ' || c.id", "invoice_id", "invoice"),
    ("invoice_dispute", "'dispute ' || c.id", "attempt_id", "payment_attempt"),
    ("invoice_dispute", "'dispute ' || c.id", "credit_memo_id", "invoice"),
    ("pay_link_invoice", "'link ' || c.pay_link_id", "pay_link_id", "pay_link"),
    ("pay_link_invoice", "'link ' || c.pay_link_id", "invoice_id", "invoice"),
    ("autopay", "'autopay ' || c.id", "saved_method_id", "saved_method"),
)
_MIXED = "\nunion all\n".join(
    f"select {name}, c.company_id, p.company_id from {table} c join {parent} p on p.id = c.{column} "
    "where p.company_id <> c.company_id"
    for table, name, column, parent in HANGS_ON
)

COMPANY_CHECKS = (
    Check(
        "own_company",
        "Lines and events belong to the company of their order, and orders to the company of their draft.",
        """select o.number || ' line ' || l.line_no, o.company_id, l.company_id
             from order_line l join sales_order o on o.id = l.order_id where l.company_id <> o.company_id
           union all
           select o.number || ' event ' || e.id, o.company_id, e.company_id
             from order_event e join sales_order o on o.id = e.order_id where e.company_id <> o.company_id
           union all
           select o.number || ' draft ' || d.id, o.company_id, d.company_id
             from draft d join sales_order o on o.draft_id = d.id where d.company_id <> o.company_id""",
    ),
    Check(
        "own_company_money",
        "Documents, postings, payments and what hangs on them belong to the company of what they hang on.",
        _MIXED,
    ),
)
