"""Partial picks of tiles as one character each, so that they fit into a button."""

from collections.abc import Sequence

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"
MOST_TILES = 36
"""More tiles than this are no task for a phone, and their picks would not fit into a button."""


def encode_picks(indices: Sequence[int]) -> str:
    """Return the picked tiles' indices, in the order of picking, as text.

    Raises:
        ValueError: an index is none of a tile, or there are too many.
    """
    if len(indices) > MOST_TILES or any(not 0 <= index < MOST_TILES for index in indices):
        raise ValueError(f"at most {MOST_TILES} tiles, counted from 0: {indices}")
    return "".join(_DIGITS[index] for index in indices)


def decode_picks(picks: str, tiles: int) -> list[int]:
    """Return the indices again; what is no tile, or was picked before, is left out.

    Args:
        picks: the text that a button carried, which anyone may have made up.
        tiles: how many tiles the step has.
    """
    indices: list[int] = []
    for digit in picks:
        index = _DIGITS.find(digit)
        if 0 <= index < tiles and index not in indices:
            indices.append(index)
    return indices


def left_over(picked: Sequence[int], tiles: int) -> list[int]:
    """Return the indices of the tiles that were not picked yet."""
    return [index for index in range(tiles) if index not in picked]
