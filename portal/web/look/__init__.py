"""Assets, templates and the style guide."""
