"""Invoices, credit memos, statements and packing slips: as PDF, from plain data to the file, and what settles one early."""
