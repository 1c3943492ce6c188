"""Second factors: passkeys, authenticator apps, recovery codes; and confirming again who is there."""
