"""Holds on new orders on account, set by staff or by a company's rule."""
