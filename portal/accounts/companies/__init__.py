"""Companies, their addresses and jobs, seen through whoever asks."""
