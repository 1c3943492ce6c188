"""Answers that are not pages: files, spreadsheets, health; and the log of all answers."""
