"""A stand-in for Stripe on this machine: its own process, reached over HTTP by the real SDK. See docs/stripe-sandbox.md."""
