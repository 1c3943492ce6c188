"""What the sandbox's Stripe keeps: customers, payment methods, intents, charges, refunds, disputes."""
