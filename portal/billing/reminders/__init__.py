"""Reminders of open invoices and mails about new documents."""
