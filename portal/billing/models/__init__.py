"""What a company owes, what it has paid, and how it pays."""
