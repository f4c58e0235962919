"""Text that is safe to show: names from strangers' discs on consoles that cannot show everything."""

from __future__ import annotations

import re
import unicodedata

# Control, format, surrogate, line and paragraph separators. Format characters hold the bidi controls.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

# Joiners belong to the spelling of Persian and Indic names and of emoji, and cannot reorder text.
_JOINERS = "\u200c\u200d"

_SURROGATES = re.compile("[\ud800-\udfff]")

_ASCII_MARKS = str.maketrans(
    {"█": "#", "▓": "+", "▒": ":", "░": ".", "│": "|", "─": "-", "└": "+", "┬": "+", "•": "*", "…": "..."}
)


def printable(text: str) -> str:
    r"""Return `text` on one line with what cannot be seen written as backslash escapes.

    Control characters (so newlines and terminal escapes), bidi controls and other invisible
    characters, and bytes of file names that are no text are escaped. The rest is kept.

    Examples
    --------
    >>> print(printable("call\n2\x1b[31m.wav"))
    call\n2\x1b[31m.wav
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_seen(character) for character in text)


def _seen(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _HIDDEN:
        return character
    return undecoded(character) if _SURROGATES.match(character) else ascii(character)[1:-1]


def undecoded(text: str) -> str:
    r"""Return `text` with its lone surrogates as escapes, so that it is valid Unicode.

    Python stands in lone surrogates for bytes of a file name that are no text.

    Examples
    --------
    >>> print(undecoded("caf\udce9.wav"))
    caf\xe9.wav
    """
    return _SURROGATES.sub(_byte, text)


def _byte(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def encodable(text: str, encoding: str | None) -> str:
    r"""Return `text` so that `encoding` can write it.

    Marks of our own become ASCII ones and anything else a backslash escape.

    Examples
    --------
    >>> encodable("█ café", "ascii")
    '# caf\\xe9'
    """
    encoding = encoding or "ascii"
    try:
        text.encode(encoding)
        return text
    except UnicodeEncodeError:
        return text.translate(_ASCII_MARKS).encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return encodable(text, "ascii")
