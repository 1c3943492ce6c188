"""Mails to a company about its documents: new ones, and those that are open."""
