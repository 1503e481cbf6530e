"""Text that we did not write, made safe to show."""

import re

UNLINKED = "\u2060"  # a word joiner: not seen, but what it stands in is no address any more


def plain(text: str) -> str:
    r"""Return a text so that Markdown shows it as it is written: no link, no colour, no formula.

    >>> plain("[Sign in](//example.org)")
    '\\[Sign in\\]\\(//example\\.org\\)'
    """
    one_line = re.sub(r"[\r\n\t]+", " ", text)
    unlinked = re.sub(r"(?i)(https?|ftp|mailto|xmpp|www)(?=[:.])|@", rf"\g<0>{UNLINKED}", one_line)
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>:$~^=&])", r"\\\1", unlinked)
