"""What a company owes, what it has paid, and how it pays."""

from portal.billing.models.credit import CreditAccount, PaymentTerms
from portal.billing.models.dunning import InvoiceDispute, PaymentPromise, Reminder
from portal.billing.models.invoices import Invoice, InvoiceLine, credit_memo_number, invoice_number
from portal.billing.models.ledger import LedgerEntry, LedgerTransaction
from portal.billing.models.links import PayLink, PayLinkInvoice
from portal.billing.models.methods import Autopay, SavedMethod, StripeCustomer
from portal.billing.models.payments import Payment, PaymentAllocation, PaymentAttempt, Refund, payment_number
from portal.billing.models.stripe_facts import Discrepancy, StripeDispute, StripeEvent
from portal.billing.models.tax import TaxExemption, TaxRate

__all__ = [
    "Autopay", "CreditAccount", "Discrepancy", "Invoice", "InvoiceDispute", "InvoiceLine", "LedgerEntry",
    "LedgerTransaction", "PayLink", "PayLinkInvoice", "Payment", "PaymentAllocation", "PaymentAttempt",
    "PaymentPromise", "PaymentTerms", "Refund", "Reminder", "SavedMethod", "StripeCustomer", "StripeDispute",
    "StripeEvent", "TaxExemption", "TaxRate", "credit_memo_number", "invoice_number", "payment_number",
]  # fmt: skip
