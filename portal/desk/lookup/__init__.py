"""One search box for everything."""
