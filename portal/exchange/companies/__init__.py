"""companies.csv: accounts, with their credit and their terms of payment."""
