"""``portal verify``: what must always be true, asked of a live database; names every row that breaks it."""
