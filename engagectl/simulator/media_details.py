"""What a file's first and last bytes tell: an image's size, a recording's length."""

import struct

from engagectl.simulator.records import Json

_OPUS_RATE = 48_000
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def media_details(content: bytes) -> Json:
    """Return `width` and `height` of an image, `duration` of an Ogg recording, or nothing."""
    if content.startswith(b"OggS"):
        return {"duration": _ogg_seconds(content)}
    size = _image_size(content)
    return {"width": size[0], "height": size[1]} if size else {}


def _image_size(content: bytes) -> tuple[int, int] | None:
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
            return width, height
        if content.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack("<HH", content[6:10])
            return width, height
        if content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp_size(content)
    except struct.error:
        return None
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 < len(content):
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + int(struct.unpack(">H", content[position + 2 : position + 4])[0])
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        return width, int.from_bytes(content[27:30], "little") + 1
    if content[12:16] == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if content[12:16] == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None


def _ogg_seconds(content: bytes) -> int:
    """Read the last page's position, which counts samples at 48 kHz for Opus."""
    last = content.rfind(b"OggS")
    if last + 14 > len(content):
        return 0
    samples = int.from_bytes(content[last + 6 : last + 14], "little", signed=True)
    return max(0, round(samples / _OPUS_RATE))
