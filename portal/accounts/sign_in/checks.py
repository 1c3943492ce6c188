"""Sessions number their touchpoints without a gap."""

from __future__ import annotations

from portal.foundation.check import Check

CHECKS = (
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
)
