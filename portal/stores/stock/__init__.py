"""Stock that stores can sell, and reservations for orders."""
