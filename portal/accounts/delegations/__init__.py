"""A rep's stay in a customer's account."""
