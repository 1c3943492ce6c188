"""One order and the history of all orders: queries."""
