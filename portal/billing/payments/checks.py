"""Attempts to pay and payments, against each other and the ledger."""

from __future__ import annotations

from portal.billing.chart_of_accounts import GROUP, MONEY, OPENING
from portal.billing.payment_states import LIVE, TRANSITIONS, UNPAID
from portal.foundation.check import Check
from portal.foundation.sql import sql_list

CHECKS = (
    Check(
        "payments_are_posted",
        "Each payment is in the ledger once with all of its money, and what is unapplied of it is what the ledger says.",
        f"""select p.number, p.amount_minor, e.times, e.money, p.unapplied_minor, coalesce(e.unapplied, 0)
           from payment p left join (
             select e.payment_id, count(distinct t.id) filter (where t.kind = 'payment') as times,
                    sum(e.amount_minor) filter (where t.kind = 'payment' and e.account in {sql_list((*MONEY, OPENING, GROUP))})
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
        "group_transfers",
        "What a parent's payment passed on is what its branches' books received of it, less what came back.",
        f"""select p.number, p.currency, coalesce(p.passed, 0), coalesce(b.received, 0) from (
              select p.id, p.number, p.currency, -sum(e.amount_minor) as passed
                from payment p join ledger_entry e on e.payment_id = p.id and e.account = '{GROUP}'
               where p.group_payment is null group by p.id) p
            full join (
              select c.group_payment as id, sum(e.amount_minor) as received
                from payment c join ledger_entry e on e.payment_id = c.id and e.account = '{GROUP}'
               where c.group_payment is not null group by c.group_payment) b on b.id = p.id
           where coalesce(p.passed, 0) <> coalesce(b.received, 0)""",
        3,
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
