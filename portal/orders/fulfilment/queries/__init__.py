"""What stores do with an order, from acceptance to handover: queries."""
