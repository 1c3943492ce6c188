"""Companies as staff see them."""
