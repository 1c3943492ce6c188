"""Orders above what their person may order alone, and the questions about drafts."""

from __future__ import annotations

from portal.foundation.check import Check
from portal.foundation.sql import sql_list
from portal.orders.draft_states import OPEN_DRAFTS

# What was asked for, as it was digested then: see portal/orders/approvals/use_cases/requests.py.
DIGEST = """(select md5(coalesce(string_agg(variant_id || ':' || quantity || ':' || coalesce(colour_number, ''), ','
              order by variant_id, coalesce(colour_number, '') collate "C"), '')) from {lines})"""

CHECKS = (
    Check(
        "approved_by_another",
        "An order above what may be ordered alone was approved by somebody of the company, who is not who placed it, nor "
        "the person it is for when it is above that person's own limit.",
        """select o.number, o.total_minor, o.order_limit_minor, o.approved_by_user_id
             from sales_order o
            where (o.approved_by_user_id is not null or o.total_minor > least(o.order_limit_minor, o.rep_limit_minor))
              and not exists (
                select from order_approval a
                 where a.order_id = o.id and a.state = 'approved' and a.company_id = o.company_id
                   and a.draft_id = o.draft_id and a.decided_by_user_id = o.approved_by_user_id
                   and a.subject_user_id = o.subject_user_id and a.asked_by_user_id = o.placed_by_user_id
                   and a.decided_by_user_id <> o.placed_by_user_id
                   and (a.decided_by_user_id <> o.subject_user_id
                        or o.order_limit_minor is null or o.total_minor <= o.order_limit_minor))""",
        18,
    ),
    Check(
        "approved_as_asked",
        "What was approved is what was asked for and what was ordered; a draft that was changed waits for nobody.",
        f"""select 'draft ' || a.draft_id, a.id, a.state from order_approval a
             left join sales_order o on o.id = a.order_id
            where a.state = 'approved'
              and (o.id is null or a.contents <> {DIGEST.format(lines="order_line where order_id = o.id")})
           union all
           select 'draft ' || a.draft_id, a.id, a.state from order_approval a join draft d on d.id = a.draft_id
            where a.state = 'pending' and (d.state not in {sql_list(OPEN_DRAFTS)} or a.company_id <> d.company_id
                  or a.contents <> {DIGEST.format(lines="draft_line where draft_id = d.id")})""",
        18,
    ),
)
