"""Meta: Facebook Pages and Instagram professional accounts through one app and the Graph API (docs/platforms/meta.md)."""
