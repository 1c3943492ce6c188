"""Credit memos against what they correct."""

from __future__ import annotations

from portal.foundation.check import Check

# What was credited, by the invoice and the line that it corrects; a line that names none corrects its memo's invoice.
CREDITED = """
  select coalesce(x.corrects_invoice_id, m.corrects_invoice_id) as invoice_id, x.corrects_line_no as line_no,
         -x.net_minor as net, -x.tax_minor as tax
    from invoice m join invoice_line x on x.invoice_id = m.id
   where m.kind = 'credit_memo' and coalesce(x.corrects_invoice_id, m.corrects_invoice_id) is not null"""

CHECKS = (
    Check(
        "credited_within_invoices",
        "Whatever the way, no more is credited of an invoice and of a line than was invoiced, and an invoice knows how "
        "much was.",
        f"""with credited as ({CREDITED})
            select i.number, i.total_minor, sum(c.net + c.tax), i.credited_minor from credited c
              join invoice i on i.id = c.invoice_id group by i.id
            having i.kind <> 'invoice' or sum(c.net + c.tax) > i.total_minor or sum(c.net) > i.net_minor
                or sum(c.net + c.tax) <> i.credited_minor
            union all
            select i.number || ' line ' || c.line_no, max(x.net_minor + x.tax_minor), sum(c.net + c.tax), null
              from credited c join invoice i on i.id = c.invoice_id
              left join invoice_line x on x.invoice_id = c.invoice_id and x.line_no = c.line_no
             where c.line_no is not null group by i.id, c.line_no
            having count(x.invoice_id) = 0 or sum(c.net) > max(x.net_minor) or sum(c.tax) > max(x.tax_minor)
            union all
            select number, total_minor, 0, credited_minor from invoice i
             where credited_minor <> 0 and not exists (select from credited c where c.invoice_id = i.id)""",
        15,
    ),
    Check(
        "credited_tax",
        "The tax of what was credited of an invoice is at most the invoice's, and all of it once everything is credited.",
        f"""select i.number, i.total_minor, i.tax_minor, sum(c.net + c.tax), sum(c.tax)
              from ({CREDITED}) c join invoice i on i.id = c.invoice_id group by i.id
            having sum(c.tax) not between 0 and i.tax_minor
                or sum(c.net + c.tax) = i.total_minor and sum(c.tax) <> i.tax_minor""",
        16,
    ),
)
