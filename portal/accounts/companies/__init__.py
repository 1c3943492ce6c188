"""Companies as an actor may see them, with their addresses."""
