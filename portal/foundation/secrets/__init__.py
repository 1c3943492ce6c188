"""Secrets that people and administrators set: what they are worth, and what checking one costs; and the
key of the handles that stand for rows."""
