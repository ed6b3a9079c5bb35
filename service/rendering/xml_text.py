"""Text that XML may hold. Pure."""

import re

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, escaped or not (XML 1.0, section 2.2)."""


def xml_text(text: str) -> str:
    """A text with U+FFFD for what XML may not hold."""
    return _NO_XML.sub("\ufffd", text)
