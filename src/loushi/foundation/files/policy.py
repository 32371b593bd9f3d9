"""Attachments have no permissions of their own: `registry` asks the parent's package."""
