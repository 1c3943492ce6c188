"""One order and the history of all orders: pages for customers."""
