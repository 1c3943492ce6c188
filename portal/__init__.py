"""Counterpart: a self-service ordering portal for professional customers of a maker or distributor."""

__version__ = "0.2.0"
