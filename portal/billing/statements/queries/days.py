"""The day under which a transaction is listed in a company's account: a document's own date, the day a payment was received,
otherwise the day it happened, in the seller's time zone. A store's document of 31 October is one of October, wherever
the seller is."""

from __future__ import annotations

from portal.billing.chart_of_accounts import DOCUMENTS
from portal.foundation.sql import sql_list

# Documents by the names of their postings: one over zero has no entries. The name is made apart (``offset 0``): under
# row-level security a join on an expression looks at all of a company's documents for each entry.
DOCUMENT = f"""left join lateral (select substr(t.posting_key, length(t.kind) + 2) as number
      where t.kind in {sql_list((*DOCUMENTS, "opening"))} offset 0) named on true
    left join invoice d on d.company_id = t.company_id and d.number = named.number"""
# Of a transaction ``t`` with its document ``d`` and its payment ``p``.
DAY = """coalesce(d.issued_on, case t.kind when 'payment' then p.received_on end,
                  cast(t.occurred_at at time zone :zone as date))"""
