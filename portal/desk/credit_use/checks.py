"""What pages say is used of a credit limit is what its parts add up to."""

from __future__ import annotations

from portal.desk.credit_use.queries import PARTS
from portal.foundation.check import Check

CHECKS = (
    Check(
        "credit_is_explained",
        "What is used of a company's limit is its open invoices and its orders that are not invoiced, less credit memos and "
        "money on account.",
        f"""select c.code, k.used_minor, coalesce(x.minor, 0) from credit_account k join company c on c.id = k.company_id
             left join (select company_id, sum(minor) as minor from (
               {PARTS.format(of_invoice="", of_payment="", of_order="")}) parts group by company_id) x
               on x.company_id = k.company_id
            where k.used_minor <> coalesce(x.minor, 0)""",
        6,
    ),
)
