"""The people to write to about a company's money."""
