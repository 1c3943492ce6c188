"""Sessions number their touchpoints without a gap; no password costs too much to check."""

from __future__ import annotations

from portal.foundation.check import Check
from portal.foundation.secrets.hashes import MOST_LANES, MOST_MEMORY, MOST_PASSES, MOST_WORK

CHECKS = (
    Check(
        "mail_spelling",
        "Every person's mail address is in the one spelling in which it is looked for; with another one nobody signs in."
        " Somebody else has the right one: lock one of the two out, or invite the person to an address of their own.",
        r"""select 'person ' || id, email from app_user
             where email <> lower(normalize(email, NFC)) or email <> btrim(email) or email ~ '@(.*\.)?xn--'""",
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
        "affordable_passwords",
        "No stored password asks for more work than a sign-in can afford. Its person cannot sign in; they choose a new one"
        ' by "Forgot your password?".',
        f"""select 'person ' || id, p.asked[1] as memory, p.asked[2] as passes, p.asked[3] as lanes
             from app_user u left join lateral (
               select cast(regexp_match(u.password_hash, '^.argon2id.v=19.m=([0-9]+),t=([0-9]+),p=([0-9]+).')
                           as bigint[]) as asked) p on true
            where u.password_hash is not null
              and not coalesce(p.asked[1] between 8 and {MOST_MEMORY} and p.asked[2] between 1 and {MOST_PASSES}
                               and p.asked[1] * p.asked[2] <= {MOST_WORK}
                               and p.asked[3] between 1 and {MOST_LANES}, false)""",
    ),
)
