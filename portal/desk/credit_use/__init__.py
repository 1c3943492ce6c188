"""What counts against a company's credit limit, line by line."""
