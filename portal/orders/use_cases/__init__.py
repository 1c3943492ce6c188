"""What can be done with drafts and orders, one module per noun."""
