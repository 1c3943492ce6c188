"""Spreadsheets, health and the log of requests: answers that are not pages."""
