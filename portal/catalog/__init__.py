"""Products, variants, colours, price lists, contract prices, search."""
