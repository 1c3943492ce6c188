"""For which company, store and job a session works."""
