"""The look-up box: queries."""
