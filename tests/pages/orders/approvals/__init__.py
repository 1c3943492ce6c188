"""Pay links: pages."""
