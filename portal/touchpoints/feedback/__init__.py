"""Surveys, comments and what became of them. Nothing records these yet: the names are agreed ahead."""
