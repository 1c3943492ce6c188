"""What stands on an order's page, in words."""
