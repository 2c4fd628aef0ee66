"""The operator's view of the hall, a module for each subject; importing one puts its tables into the admin."""

from tenants.admin import audit_log, flags, keys, people, signing_in, tenancy

__all__ = ["audit_log", "flags", "keys", "people", "signing_in", "tenancy"]
