"""The nineteen rules about orders and money that checks are numbered by."""

from __future__ import annotations

# Rules about what happens at one moment (a second click, a crash) leave only traces in stored rows; their checks look
# for these traces, and the tests of the product for the moment itself.
INVARIANTS = {
    1: "Every ledger transaction sums to zero per currency.",
    2: "One external fact leads to at most one posting.",
    3: "What is open of an invoice is between nothing and its total; a second payer is refused or becomes unapplied cash.",
    4: "What a payment is for adds up to the payment.",
    5: "Refunds come to no more than the charge.",
    6: "Credit in use and a new order stay within the limit.",
    7: "Stock is never below zero, and what is set aside is there.",
    8: "A draft becomes at most one order.",
    9: "The same token with another body is refused.",
    10: "Order, lines, stock, credit, ledger, touchpoint and mails are there together or not at all.",
    11: "A crash between charge and commit ends in one charge and a paid attempt.",
    12: "Money shows in the ledger even if no webhook ever comes.",
    13: "A webhook moves only the attempt that it names, with equal amount and currency.",
    14: "Orders and payments move only along their tables of states.",
    15: "Cancel, refund and return give stock and credit back exactly once.",
    16: "Totals are the same number everywhere, in the decimals of their currency.",
    17: "The price charged is the price shown.",
    18: "No order above a limit is released without another person; editing takes the question back.",
    19: "A pickup code works once, at its store.",
}
