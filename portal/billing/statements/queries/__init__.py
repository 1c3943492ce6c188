"""A company's account by month: queries."""
