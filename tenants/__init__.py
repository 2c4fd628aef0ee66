"""The hall: who is here. Tenants, members and their roles, API keys, the audit log."""
