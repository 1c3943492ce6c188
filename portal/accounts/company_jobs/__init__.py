"""What a company's orders are for."""
