"""Pages that combine domains: home per role, support lookup, the customer page. No models."""
