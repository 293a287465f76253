"""Matplotlib figures as inline SVG that takes its fonts and colours from the page."""

import io
import re
from itertools import count
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 400
"""Width of every plot in CSS pixels: legible on a phone, three fit beside each other on a desk."""

INK, MUTED, GRID, SUBJECT, PAPER = (f"#0b0b0{n}" for n in range(1, 6))
"""Colours that stand for the page's own: replaced by CSS variables, so that themes apply."""
_VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    GRID: "--grid",
    SUBJECT: "--subject",
    PAPER: "--paper",
}

_numbers = count()


def figure(height: float) -> "Figure":
    """A figure of `WIDTH` x `height` CSS pixels; font sizes are CSS pixels too."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH / 72, height / 72), dpi=72, layout="constrained")


def inline(drawing: "Figure", description: str) -> Markup:
    """An <svg> element without prologue, metadata, fixed size or fonts of its own.

    Args:
        drawing: the figure.
        description: read aloud in place of the picture.
    """
    import matplotlib as mpl

    # Ids are hashes: salted by a number, so that no two figures of one page share them.
    salt = str(next(_numbers))
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": salt}):
        drawing.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
    # Groups have the same names in every figure, and nothing refers to them.
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    for stand_in, variable in _VARIABLES.items():
        text = text.replace(stand_in, f"var({variable})")
    head, rest = text.split(">", 1)
    box = re.search(r'viewBox="([^"]*)"', head)
    assert box is not None
    label = f'role="img" aria-label="{escape(description)}"'
    return Markup(f'<svg class="plot" viewBox="{box[1]}" {label}>{_shortened(rest)}')


def _shortened(text: str) -> str:
    """One digit after the point is a tenth of a pixel: enough."""
    text = re.sub(r"(\d+\.\d)\d+", r"\1", text)
    return re.sub(r">\s+<", "><", text)
