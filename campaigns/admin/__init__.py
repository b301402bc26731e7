"""The plain records behind the staff pages, for superusers."""

from campaigns.admin import directory, log, people

__all__ = ["directory", "log", "people"]
