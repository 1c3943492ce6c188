"""A company's statements by month."""
