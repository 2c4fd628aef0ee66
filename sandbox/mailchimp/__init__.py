"""Mailchimp in miniature: keys with data centres, audiences, campaigns that are really counted, reports, webhooks."""

from sandbox.mailchimp.town import Mailchimp

__all__ = ["Mailchimp"]
