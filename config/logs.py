"""What never reaches a log: the code in the address of a recipient's page.

Django writes the address of each request that it refuses, and a mail program that takes the
full stop after a link for a part of it asks for such an address. Whoever reads the log could
then answer in the recipient's name.
"""

import logging
import re

_CODE = re.compile(r"(/respond/c/)[^\s/?#'\"]+")


class WithoutCodes(logging.Filter):
    """Put three dots in place of each code, whatever logger the line comes from."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/respond/c/" in said:
            record.msg, record.args = _CODE.sub(r"\1…", said), ()
        return True
