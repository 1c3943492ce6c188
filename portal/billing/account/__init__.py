"""A company's account at a glance: credit, ageing, spend."""
