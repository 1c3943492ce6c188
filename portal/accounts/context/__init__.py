"""The company, store and job that a session works for."""
