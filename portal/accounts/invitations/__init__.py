"""Inviting people by mail, and their answer."""
