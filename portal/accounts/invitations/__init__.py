"""Inviting people by mail, and accepting an invitation."""
