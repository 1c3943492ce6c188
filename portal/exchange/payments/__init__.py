"""payments.csv and payment_allocations.csv."""
