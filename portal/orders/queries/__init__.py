"""What can be read of drafts and orders, one module per noun."""
