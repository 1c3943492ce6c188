"""Documents for customers as PDF, from plain data to the file; and what settles an invoice early."""
