"""Lengths as Telegram counts them: in UTF-16 code units."""


def utf16_length(text: str) -> int:
    """Return the length of `text` in UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def byte_offset(text: str, position: int) -> int:
    """Return where `position` lies in the UTF-8 form of `text`, as Telegram's errors say."""
    return len(text[:position].encode())


def split_utf16(text: str, longest: int) -> list[str]:
    """Cut `text` into pieces of at most `longest` code units, as Telegram's apps do."""
    pieces, start, length = [], 0, 0
    for position, character in enumerate(text):
        size = 2 if character > "\uffff" else 1
        if length + size > longest:
            pieces.append(text[start:position])
            start, length = position, 0
        length += size
    return [*pieces, text[start:]]
