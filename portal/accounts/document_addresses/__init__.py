"""Mailboxes to which a company has its documents sent: accounts payable, its office, its bookkeeper."""
