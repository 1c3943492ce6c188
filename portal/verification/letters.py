"""How many documents hold letters that this machine prints as boxes, for want of a font."""

from __future__ import annotations

from sqlalchemy import Connection, text

from portal.billing.documents.pdf import lacking

# The compiler's own typeface has Latin letters in any case, so only words with others are looked at.
_OTHER = r"[^\u0001-\u024F]"
_LETTERS = text(r"""
select coalesce(string_agg(distinct letter, ''), '')
  from (select name as words from company where name ~ :other
        union select job_name from invoice where job_name ~ :other
        union select po_number from invoice where po_number ~ :other
        union select name from invoice_line where name ~ :other) as found, regexp_split_to_table(words, '') as letter
 where letter ~ :other and letter !~ '\s'
""")
_DOCUMENTS = text("""
select count(*) from invoice i
 where i.bill_to->>'name' ~ :lacking or i.job_name ~ :lacking or i.po_number ~ :lacking
    or exists (select from invoice_line l where l.invoice_id = i.id and l.name ~ :lacking)
""")


def documents_lacking_letters(connection: Connection) -> int:
    """Invoices and credit memos whose PDF, made on this machine, would lack letters. Two statements."""
    letters = lacking(connection.scalars(_LETTERS, {"other": _OTHER}).one())
    if not letters:
        return 0
    return int(connection.scalars(_DOCUMENTS, {"lacking": f"[{letters}]"}).one())
