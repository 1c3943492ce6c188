"""Every transaction of the ledger sums to zero and is named for one fact."""

from __future__ import annotations

from portal.billing.chart_of_accounts import ACCOUNTS
from portal.foundation.check import Check
from portal.foundation.sql import sql_list

# kind of transaction → what its posting key looks like
KEYS = {
    "invoice": "invoice:.+",
    "credit_memo": "credit_memo:.+",
    "payment": "(pi:.+:succeeded|payment:.+)",
    "reversal": "reversal:.+",
    "application": "application:.+",
    "transfer": "transfer:.+",
    "refund": "refund:[^:]+",
    "refund_failed": "refund:[^:]+:failed",
    "fee": "fee:.+",
    "chargeback": "dispute:.+:opened",
    "chargeback_won": "dispute:.+:won",
    "chargeback_lost": "dispute:.+:lost",
    "write_off": "write_off:.+",
    "opening": "opening:.+",
}
FORMS = " ".join(f"when '{kind}' then '^{form}$'" for kind, form in KEYS.items())

CHECKS = (
    Check(
        "ledger_balances",
        "Every transaction of the ledger sums to zero in each currency, on accounts that exist.",
        f"""select t.posting_key, e.currency, sum(e.amount_minor)
            from ledger_entry e left join ledger_transaction t on t.id = e.transaction_id
            group by e.transaction_id, t.id, e.currency
            having sum(e.amount_minor) <> 0 or t.id is null or bool_or(e.account not in {sql_list(ACCOUNTS)})
                or bool_or(e.currency <> t.currency)""",
        1,
    ),
    Check(
        "posting_keys",
        "A posting is named after its one fact, and no two have the same name.",
        f"""select posting_key, kind, 1 from ledger_transaction where posting_key !~ case kind {FORMS} else '^$' end
            union all
            select posting_key, min(kind), count(*) from ledger_transaction group by posting_key having count(*) > 1""",
        2,
    ),
)
