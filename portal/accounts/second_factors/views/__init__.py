"""Pages for proving who one is and for what one proves it with."""
