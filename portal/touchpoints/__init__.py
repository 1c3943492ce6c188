"""What happened between a customer and the seller, append-only. The lowest domain."""
