"""Forms that were shown in another company, or in another stay, than the one their person works in now."""
