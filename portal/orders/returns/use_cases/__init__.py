"""Goods taken back and charges credited: use cases."""
