"""What only the sandbox has: its own page, faults on demand, and a clock that can be advanced."""
