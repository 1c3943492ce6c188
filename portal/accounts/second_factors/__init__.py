"""Second factors: passkeys, authenticator apps, recovery codes; and confirming anew who is there."""
