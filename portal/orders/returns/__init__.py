"""Goods taken back and charges credited."""
