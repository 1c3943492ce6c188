"""The touchpoint log and the mails: nothing missing, nothing twice."""

from __future__ import annotations

from portal.verifying.check import Check

LOG_CHECKS = (
    Check(
        "orders_are_touchpoints",
        "Every order stands in the touchpoint log once, and nothing else does.",
        """select coalesce(o.number, t.event_id::text), o.id, t.order_id from
             (select id, number, total_minor from sales_order) o full join
             (select event_id, order_id, value_minor from touchpoint where name = 'order_completed') t
             on t.order_id = o.id
           where o.id is null or t.order_id is null or o.total_minor <> t.value_minor
           union all
           select 'order ' || order_id, order_id, count(*) from touchpoint
            where name = 'order_completed' group by order_id having count(*) > 1""",
        10,
    ),
    Check(
        "documents_are_touchpoints",
        "Every invoice and credit memo of the portal stands in the touchpoint log once.",
        """select i.number, i.kind, count(t.event_id) from invoice i left join touchpoint t
             on t.invoice_id = i.id and t.name = 'invoice_issued'
            where i.source = 'portal' group by i.id having count(t.event_id) <> 1""",
        10,
    ),
    Check(
        "orders_are_announced",
        "Every order placed in the portal has its confirmation mail.",
        """select o.number from sales_order o where o.source = 'portal' and not exists
             (select from outbound_mail m where m.key = 'order_confirmation:' || o.number)""",
        10,
    ),
    Check(
        "session_numbers",
        "The touchpoints of a session are numbered 1 to n without a gap, and n is the last number given out.",
        """select 'session ' || session_id, count(*), max(session_seq) from touchpoint where session_id is not null
           group by session_id having count(*) <> max(session_seq) or min(session_seq) <> 1
               or count(distinct session_seq) <> count(*)
           union all
           select 'session ' || s.id, s.touch_seq, coalesce(t.last, 0) from user_session s
             left join (select session_id, max(session_seq) as last from touchpoint group by session_id) t
             on t.session_id = s.id where s.touch_seq <> coalesce(t.last, 0)""",
    ),
    Check(
        "log_partitions",
        "No touchpoint fell outside the monthly partitions.",
        "select event_id::text, name from touchpoint_other",
    ),
    Check(
        "valid_touchpoints",
        "Every touchpoint has the properties that its name promises.",
        "select event_id::text, name, invalid_reason from touchpoint where not valid",
    ),
)
