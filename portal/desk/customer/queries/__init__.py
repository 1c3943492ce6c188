"""Companies as staff see them: queries."""
