"""What needs the attention of those who manage receivables."""
