"""Cases, calls and visits. Nothing records these yet: the names are agreed ahead."""
