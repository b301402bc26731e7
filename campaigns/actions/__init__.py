"""Decisions: one file per noun, one function per decision."""


class Refused(Exception):
    """A decision was refused; the message is a sentence that staff can act on."""
