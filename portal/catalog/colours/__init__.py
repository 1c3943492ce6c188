"""The color deck."""
