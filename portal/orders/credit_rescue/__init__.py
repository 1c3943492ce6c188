"""Ways to place an order that the company's credit does not cover."""
