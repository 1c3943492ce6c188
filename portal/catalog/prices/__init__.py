"""Prices of a company: contract, price list, quantity breaks."""
