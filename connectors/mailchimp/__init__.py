"""Mailchimp: audiences, campaigns, contacts and reports."""
