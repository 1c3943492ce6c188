"""The ledger, attempts to pay, payments and refunds."""

from __future__ import annotations

from portal.billing.chart_of_accounts import ACCOUNTS, MONEY, OPENING
from portal.billing.payment_states import LIVE, REFUND_GONE, REFUND_TAKEN, TRANSITIONS, UNPAID
from portal.foundation.sql import sql_list
from portal.verifying.check import Check

# kind of transaction → what its posting key looks like
KEYS = {
    "invoice": "invoice:.+",
    "credit_memo": "credit_memo:.+",
    "payment": "(pi:.+:succeeded|payment:.+)",
    "application": "application:.+",
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

PAYMENT_CHECKS = (
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
    Check(
        "payments_are_posted",
        "Each payment is in the ledger once with all of its money, and what is unapplied of it is what the ledger says.",
        f"""select p.number, p.amount_minor, e.times, e.money, p.unapplied_minor, coalesce(e.unapplied, 0)
           from payment p left join (
             select e.payment_id, count(distinct t.id) filter (where t.kind = 'payment') as times,
                    sum(e.amount_minor) filter (where t.kind = 'payment' and e.account in {sql_list((*MONEY, OPENING))})
                      as money,
                    -sum(e.amount_minor) filter (where e.account = 'unapplied') as unapplied
               from ledger_entry e join ledger_transaction t on t.id = e.transaction_id
              where e.payment_id is not null group by e.payment_id) e on e.payment_id = p.id
           where (e.times, e.money) is distinct from (1, p.amount_minor::numeric)
              or p.unapplied_minor <> coalesce(e.unapplied, 0)""",
        12,
    ),
    Check(
        "spoken_for",
        "Payments that have begun do not speak for more of a document than there is of it.",
        f"""select i.number, i.total_minor, sum(a.amount_minor), count(*)
           from payment_allocation a join payment_attempt t on t.id = a.attempt_id join invoice i on i.id = a.invoice_id
           where t.state in {sql_list(UNPAID)} group by i.id
           having sum(a.amount_minor) not between least(0, i.total_minor) and greatest(0, i.total_minor)""",
        3,
    ),
    Check(
        "allocations",
        "What a payment is for adds up to it: its parts of invoices less discounts and credit memos.",
        f"""select 'attempt ' || t.id, t.state, t.amount_minor, coalesce(sum(a.amount_minor - a.discount_minor), 0)
            from payment_attempt t left join payment_allocation a on a.attempt_id = t.id
            where t.purpose = 'invoices' and t.state in {sql_list((*LIVE, "succeeded"))}
            group by t.id having t.amount_minor <> coalesce(sum(a.amount_minor - a.discount_minor), 0)""",
        4,
    ),
    Check(
        "refunds",
        "Refunds come to no more than their payment, and those that Stripe or the bank has taken on are in the ledger.",
        f"""select p.number, p.amount_minor, p.refunded_minor, sum(r.amount_minor) from payment p join refund r
             on r.payment_id = p.id and r.state not in {sql_list(REFUND_GONE)}
            group by p.id having sum(r.amount_minor) > p.amount_minor
           union all
           select p.number, p.amount_minor, p.refunded_minor, coalesce(e.out, 0) from payment p left join (
             select e.payment_id, -sum(e.amount_minor) as out from ledger_entry e
               join ledger_transaction t on t.id = e.transaction_id
              where e.account in {sql_list(MONEY)} and t.kind in ('refund', 'refund_failed')
              group by e.payment_id) e on e.payment_id = p.id
            where p.refunded_minor <> coalesce(e.out, 0) or p.refunded_minor not between 0 and p.amount_minor
           union all
           select 'refund ' || r.id, r.amount_minor, t.id, f.id from refund r
             left join ledger_transaction t on t.posting_key = 'refund:' || r.id
             left join ledger_transaction f on f.posting_key = 'refund:' || r.id || ':failed'
            where r.state in {sql_list(REFUND_TAKEN)} and (t.id is null or f.id is not null)
               or r.state in {sql_list(REFUND_GONE)} and (t.id is null) <> (f.id is null)""",
        5,
    ),
    Check(
        "attempts_end_once",
        "A payment that succeeded through Stripe has exactly one payment in the books, and no other attempt has any.",
        """select 'attempt ' || t.id, t.state, t.amount_minor, count(p.id)
           from payment_attempt t left join payment p on p.attempt_id = t.id group by t.id
           having count(p.id) <> case when t.state = 'succeeded' and t.amount_minor > 0 and t.purpose <> 'setup'
                                      then 1 else 0 end
           union all
           select p.number, p.kind, p.amount_minor, 0 from payment p
            where (p.payment_intent_id is not null) <> (p.attempt_id is not null)""",
        11,
    ),
    Check(
        "payments_are_their_attempts",
        "A payment has the company, amount, currency and payment intent of its attempt.",
        """select p.number, 'attempt ' || t.id, p.amount_minor, t.amount_minor, p.payment_intent_id, t.payment_intent_id
           from payment p join payment_attempt t on t.id = p.attempt_id
           where (p.company_id, p.amount_minor, p.currency) <> (t.company_id, t.amount_minor, t.currency)
              or p.payment_intent_id is distinct from t.payment_intent_id""",
        13,
    ),
    Check(
        "attempts_do_not_hang",
        "Stripe was asked within a day about every payment that has begun: none waits for a webhook alone.",
        f"""select 'attempt ' || id, state, created_at, checked_at from payment_attempt
            where state in {sql_list(LIVE)} and coalesce(checked_at, created_at) < now() - interval '1 day'""",
        12,
    ),
    Check(
        "attempt_states",
        "An attempt has what its state needs: a key before Stripe is asked, an intent once the payer has paid, a day when "
        "it is scheduled, a page or an intent while it waits for an answer.",
        f"""select 'attempt ' || id, state, run_on, checkout_session_id, payment_intent_id from payment_attempt
            where state not in {sql_list(TRANSITIONS)} or idempotency_key = ''
               or state = 'scheduled' and (run_on is null or payment_intent_id is not null)
               or state = 'processing' and payment_intent_id is null
               or state = 'succeeded' and amount_minor > 0 and payment_intent_id is null""",
        14,
    ),
)
