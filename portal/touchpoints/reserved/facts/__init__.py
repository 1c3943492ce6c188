"""Touchpoints that nothing records yet, by their field."""
