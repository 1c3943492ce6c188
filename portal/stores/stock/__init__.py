"""What a store can sell, and what is held for orders."""
