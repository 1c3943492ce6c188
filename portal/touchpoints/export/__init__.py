"""Export of the log: which rows are due, and the files that take them."""
