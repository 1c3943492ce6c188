"""HTTP only: access, sessions, transactions, paging, security. No business rule lives here."""
