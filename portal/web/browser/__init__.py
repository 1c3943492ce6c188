"""What a browser keeps and sends back: cookies, and the tokens of forms."""
