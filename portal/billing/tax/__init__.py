"""Sales tax: rates by region and the certificates that exempt a company."""
