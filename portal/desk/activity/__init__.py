"""What was done in a company's account, told in plain words."""
