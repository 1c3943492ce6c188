"""What is agreed with a company: limit, due day, early-payment discount."""
