"""How much a person may order without approval, and who approves more."""
