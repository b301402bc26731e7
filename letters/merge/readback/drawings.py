"""Where a page draws lines and pictures: boxes that hold at least all that PDFium finds there."""

import re
from collections.abc import Callable, Sequence

from letters.merge.envelope import Box
from letters.pdf_frame import Unknown

_PIXELS = 96  # to the inch
_HAIR = 0.1  # CSS pixels by which PDFium may round
_MANY = re.compile(rb"(?:[\d.-]+ [\d.-]+ [ml]\n){8,}")
_MITER = 10.0  # where the page says nothing else

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1, 0, 0, 1, 0, 0)


def box(left: float, top: float, right: float, bottom: float) -> Box:
    """From CSS pixels, and a hair larger."""
    return Box(
        (left - _HAIR) / _PIXELS,
        (top - _HAIR) / _PIXELS,
        (right + _HAIR) / _PIXELS,
        (bottom + _HAIR) / _PIXELS,
    )


def simpler(drawing: bytes) -> bytes:
    """With one line in the place of many, such as a QR code's, that is as wide and high."""
    return _MANY.sub(lambda many: _diagonal(many[0]), drawing)


def _diagonal(many: bytes) -> bytes:
    numbers = [float(number) for number in many.translate(None, b"ml").split()]
    across, down = numbers[0::2], numbers[1::2]
    return b"%f %f m\n%f %f l\n" % (min(across), min(down), max(across), max(down))


def boxes(drawing: bytes) -> list[Box]:
    """One for each path and each picture of what stands between two texts. Raises Unknown."""
    pen = _Pen()
    for line in drawing.split(b"\n"):
        *given, operator = line.split(b" ")
        if act := _ACTS.get(operator):
            act(pen, given)
    return pen.boxes


class _Pen:
    """Draws nothing, and notes where it would."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self._matrix = _SAME
        self._outer: list[Matrix] = []
        self._points: list[tuple[float, float]] = []
        self._width: float | None = None
        self._miter = _MITER

    def begin_state(self, given: Sequence[bytes]) -> None:
        self._outer.append(self._matrix)

    def end_state(self, given: Sequence[bytes]) -> None:
        self._matrix = self._outer.pop() if self._outer else _SAME

    def move(self, given: Sequence[bytes]) -> None:
        a, b, c, d, e, f = map(float, given)
        ma, mb, mc, md, me, mf = self._matrix
        self._matrix = (
            a * ma + b * mc,
            a * mb + b * md,
            c * ma + d * mc,
            c * mb + d * md,
            e * ma + f * mc + me,
            e * mb + f * md + mf,
        )

    def go(self, given: Sequence[bytes]) -> None:
        x, y = map(float, given)
        self._points.append((x, y))

    def rectangle(self, given: Sequence[bytes]) -> None:
        x, y, across, down = map(float, given)
        self._points += [(x, y), (x + across, y + down)]

    def set_width(self, given: Sequence[bytes]) -> None:
        self._width = float(given[0])

    def set_miter(self, given: Sequence[bytes]) -> None:
        self._miter = float(given[0])

    def show_picture(self, given: Sequence[bytes]) -> None:
        self._points = [(0, 0), (1, 1)]
        self.fill(given)

    def fill(self, given: Sequence[bytes]) -> None:
        self._note(0)

    def stroke(self, given: Sequence[bytes]) -> None:
        if self._width is None:
            raise Unknown("a line of unknown width")
        self._note(self._width * max(self._miter, 2))

    def end_path(self, given: Sequence[bytes]) -> None:
        self._points = []

    def _note(self, by: float) -> None:
        """The box around all points, larger `by` so much on each side."""
        if len(self._points) > 1:
            across, down = [x for x, _y in self._points], [y for _x, y in self._points]
            a, b, c, d, e, f = self._matrix
            corners = [
                (a * x + c * y + e, b * x + d * y + f)
                for x in (min(across) - by, max(across) + by)
                for y in (min(down) - by, max(down) + by)
            ]
            xs, ys = [x for x, _y in corners], [y for _x, y in corners]
            self.boxes.append(box(min(xs), min(ys), max(xs), max(ys)))
        self._points = []


_ACTS: dict[bytes, Callable[[_Pen, Sequence[bytes]], None]] = {
    b"q": _Pen.begin_state,
    b"Q": _Pen.end_state,
    b"cm": _Pen.move,
    b"m": _Pen.go,
    b"l": _Pen.go,
    b"re": _Pen.rectangle,
    b"w": _Pen.set_width,
    b"M": _Pen.set_miter,
    b"Do": _Pen.show_picture,
    b"f*": _Pen.fill,
    b"S": _Pen.stroke,
    b"B": _Pen.stroke,
    b"n": _Pen.end_path,
}
