"""How much a company may still order on account."""
