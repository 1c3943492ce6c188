"""Kinds that nothing records yet: their names are agreed ahead."""
