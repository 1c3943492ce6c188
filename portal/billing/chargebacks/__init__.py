"""Funds withdrawn by the payer's bank, provisionally or finally."""
