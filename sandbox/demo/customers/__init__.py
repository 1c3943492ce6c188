"""The demo's customers: companies, their people, terms, jobs, and what they buy."""
