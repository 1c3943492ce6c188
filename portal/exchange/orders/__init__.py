"""orders.csv and order_lines.csv."""
