"""What never reaches a log: the code in the address of a recipient's page, or of a calendar.

Django writes the address of each request that it refuses, and a mail program that takes the
full stop after a link for a part of it asks for such an address. Whoever reads the log could
then answer in the recipient's name, or read a member of staff's calendar.
"""

import logging
import re

_CODE = re.compile(r"(/respond/c/|(?<!/staff)/calendar/)[^\s/?#'\"]+")


class WithoutCodes(logging.Filter):
    """Put three dots in place of each code, whatever logger the line comes from."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        without = _CODE.sub(r"\1…", said)
        if without != said:
            record.msg, record.args = without, ()
        return True
