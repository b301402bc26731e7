"""The plain records behind the staff pages, for superusers."""

from campaigns.admin import log, people

__all__ = ["log", "people"]
