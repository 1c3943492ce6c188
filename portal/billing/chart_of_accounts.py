"""The chart of accounts and the kinds of transactions. Debits are above zero, credits below.

====================  =====  =============================================================================
account               tag    meaning
====================  =====  =============================================================================
receivable            doc    what customers owe us; every entry names its invoice or credit memo
unapplied             money  customers' money that is not applied to an invoice yet (refundable); names its payment
stripe                       money at Stripe
bank                         money in our bank: cheques, transfers, cash
fees                         what Stripe keeps
disputed                     money that payers' banks withhold while a chargeback is open
sales                        net sales
tax                          sales tax owed to the state
discounts                    early-payment discounts given
write_offs                   what was written off
group                        money that a parent's payment passed on to its branches' books; both sides sum to zero
opening                      what was settled before the books began (imported documents)
====================  =====  =============================================================================
"""

from __future__ import annotations

RECEIVABLE = "receivable"
UNAPPLIED = "unapplied"
STRIPE = "stripe"
BANK = "bank"
FEES = "fees"
DISPUTED = "disputed"
SALES = "sales"
TAX = "tax"
DISCOUNTS = "discounts"
WRITE_OFFS = "write_offs"
OPENING = "opening"
GROUP = "group"

ACCOUNTS = (
    RECEIVABLE,
    UNAPPLIED,
    STRIPE,
    BANK,
    FEES,
    DISPUTED,
    SALES,
    TAX,
    DISCOUNTS,
    WRITE_OFFS,
    OPENING,
    GROUP,
)

# What a customer owes less what they have prepaid.
OF_CUSTOMER = (RECEIVABLE, UNAPPLIED)
MONEY = (STRIPE, BANK)
# Kinds of documents, and of the transactions that post them.
DOCUMENTS = ("invoice", "credit_memo")
# Between Stripe, payers' banks and us: no customer's statement shows it.
NOT_OF_CUSTOMER = ("fee", "chargeback", "chargeback_won")

# kind of transaction → its posting key, and words for people
KINDS = {
    "invoice": "Invoice",  # invoice:<number>
    "credit_memo": "Credit memo",  # credit_memo:<number>
    "payment": "Payment",  # pi:<payment intent>:succeeded, or payment:<number> for money outside Stripe
    "reversal": "Payment taken back",  # reversal:<payment number>: returned by the bank, or recorded by mistake
    "application": "Applied",  # application:<random>: credit memo or unapplied cash to invoices
    "transfer": "Passed on within the group",  # transfer:<random or attempt>: to a branch, or back from it
    "refund": "Refund",  # refund:<id>
    "refund_failed": "Refund that failed",  # refund:<id>:failed
    "fee": "Stripe's fee",  # fee:<balance transaction>
    "chargeback": "Chargeback opened",  # dispute:<id>:opened
    "chargeback_won": "Chargeback won",  # dispute:<id>:won
    "chargeback_lost": "Chargeback lost",  # dispute:<id>:lost
    "write_off": "Written off",  # write_off:<random>
    "opening": "Settled before the books began",  # opening:<number>
}
