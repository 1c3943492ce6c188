"""A company's account at a glance: queries."""
