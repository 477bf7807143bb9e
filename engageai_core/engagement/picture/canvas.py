"""A drawing surface in pixels, from the upper left corner, on matplotlib without pyplot."""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch
from matplotlib.path import Path as Outline

WIDTH, HEIGHT = 1080, 1350
_DPI = 100
_POINTS_A_PIXEL = 72 / _DPI
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Style:
    """How a line of text looks; `size` in pixels."""

    size: float
    color: str
    bold: bool = False
    align: Literal["left", "center", "right"] = "left"


class Canvas:
    """One picture of WIDTH by HEIGHT pixels."""

    def __init__(self, background: str) -> None:
        self._figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=background)
        self._surface = FigureCanvasAgg(self._figure)
        self._axes = self._figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(HEIGHT, 0)
        self._axes.axis("off")

    def text(
        self, x: float, y: float, words: str, style: Style, *, width: float | None = None
    ) -> None:
        """Write one line whose middle is at `y`; what is wider than `width` is made smaller.

        Letters that the font lacks (emoji) are left out.
        """
        shown = _known_letters(words, bold=style.bold)
        font = _font(style.size, bold=style.bold)
        taken = self._width_of(shown, font)
        if width is not None and taken > width:
            font = _font(max(style.size * width / taken, style.size * 0.7), bold=style.bold)
            shown = self._shortened(shown, font, width)
        self._axes.text(
            x, y, shown, fontproperties=font, color=style.color, ha=style.align,
            va="center_baseline", parse_math=False,
        )  # fmt: skip

    def box(
        self, x: float, y: float, width: float, height: float, *, color: str, radius: float = 0
    ) -> None:
        """Fill a rectangle with round corners."""
        radius = min(radius, width / 2, height / 2)
        style = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        self._axes.add_patch(
            FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=color, linewidth=0)
        )

    def frame(self, x: float, y: float, side: float, *, color: str, radius: float) -> None:
        """Draw the outline of a square with round corners."""
        style = f"round,pad=0,rounding_size={radius}"
        self._axes.add_patch(
            FancyBboxPatch(
                (x, y), side, side, boxstyle=style, fill=False, edgecolor=color, linewidth=2.4
            )
        )

    def disc(self, x: float, y: float, radius: float, *, color: str, opacity: float = 1) -> None:
        """Fill a circle."""
        self._axes.add_patch(Circle((x, y), radius, facecolor=color, linewidth=0, alpha=opacity))

    def shape(self, outline: Outline, *, color: str) -> None:
        """Fill any outline given in pixels."""
        self._axes.add_patch(PathPatch(outline, facecolor=color, linewidth=0))

    def line(self, start: tuple[float, float], end: tuple[float, float], *, color: str) -> None:
        """Draw a thin dashed line."""
        self._axes.plot(
            [start[0], end[0]], [start[1], end[1]], color=color, linewidth=1.4, dashes=(4, 3)
        )

    def gradient(self, height: float, left: str, right: str) -> None:
        """Fill the upper `height` pixels from the colour `left` to the colour `right`."""
        from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415 (used here alone)

        colors = LinearSegmentedColormap.from_list("header", [left, right])
        steps = [[step / 255 for step in range(256)]]
        self._axes.imshow(
            steps, extent=(0, WIDTH, height, 0), aspect="auto", cmap=colors, zorder=0,
            interpolation="bilinear",
        )  # fmt: skip

    @staticmethod
    def writable(words: str) -> str:
        """Return `words` without the letters that the font lacks."""
        return _known_letters(words, bold=True)

    def png(self) -> bytes:
        """Return the picture as a PNG file."""
        stream = io.BytesIO()
        self._surface.print_png(stream)  # type: ignore[no-untyped-call]
        return stream.getvalue()

    def _width_of(self, words: str, font: FontProperties) -> float:
        renderer: Any = self._surface.get_renderer()  # type: ignore[no-untyped-call]
        return float(renderer.get_text_width_height_descent(words, font, ismath=False)[0])

    def _shortened(self, words: str, font: FontProperties, width: float) -> str:
        if self._width_of(words, font) <= width:
            return words
        kept = words
        while kept and self._width_of(kept + _ELLIPSIS, font) > width:
            kept = kept[:-1]
        return kept.rstrip() + _ELLIPSIS


def _font_file(*, bold: bool) -> Path:
    return _FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")


def _font(size: float, *, bold: bool) -> FontProperties:
    return FontProperties(fname=str(_font_file(bold=bold)), size=size * _POINTS_A_PIXEL)


@lru_cache(maxsize=2)
def _letters_of_font(*, bold: bool) -> frozenset[int]:
    return frozenset(FT2Font(str(_font_file(bold=bold))).get_charmap())


def _known_letters(words: str, *, bold: bool) -> str:
    known = _letters_of_font(bold=bold)
    return "".join(letter for letter in words if ord(letter) in known).strip()
