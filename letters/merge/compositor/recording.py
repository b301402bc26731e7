"""Looking over WeasyPrint's shoulder: which items of a page show which text."""

from typing import Any

import pydyf

from letters.merge.compositor.classes import Classes, Lesson, page_streams
from letters.merge.compositor.hand import Unproven
from letters.merge.compositor.reading import Drawn, Reading
from letters.merge.compositor.source import Source


class Recording:
    """Notes what is drawn while it is on."""

    def __init__(self) -> None:
        self.is_on = False
        self.drawn: list[tuple[Any, Drawn]] = []

    def install(self) -> None:
        """From now on in this process."""
        from weasyprint import draw

        plain = draw.draw_text

        def draw_text(stream: Any, box: Any, *more: Any) -> None:
            plain(stream, box, *more)
            if self.is_on:
                self._note(stream, box)

        draw.draw_text = draw_text

    def _note(self, stream: Any, box: Any) -> None:
        """One text is `Tm`, its font where that changed, one `TJ`; what is otherwise is left."""
        items = stream.stream
        shown = len(items) - 2
        place = next(
            (n for n in (shown - 1, shown - 2) if pydyf._to_bytes(items[n]).endswith(b" Tm")), None
        )
        if place is not None and pydyf._to_bytes(items[shown]).endswith(b" TJ"):
            self.drawn.append((stream, Drawn(box, place, shown)))


class Learning:
    """What one letter that WeasyPrint sets may teach."""

    def __init__(
        self, recording: Recording, classes: Classes, read: Source, characters: str
    ) -> None:
        self._recording, self._classes = recording, classes
        self._read, self._characters = read, characters
        self._lesson: Lesson | None = None

    def start(self, root: Any) -> None:
        self._root = root
        self._recording.drawn.clear()
        self._recording.is_on = True

    def look(self, document: Any, pdf: Any) -> None:
        """Once the pages are drawn, and before the file is written."""
        self._recording.is_on = False
        streams = {id(stream): page for page, stream in enumerate(page_streams(pdf))}
        drawn = {id(one.box): one for stream, one in self._recording.drawn if id(stream) in streams}
        try:
            reading = Reading(self._read, self._root, document, drawn)
        except Unproven:
            return  # of this letter nothing can be learned; perhaps of the next
        self._lesson = self._classes.learn(self._read, self._characters, reading, pdf)

    def prove(self, pdf: bytes) -> None:
        if self._lesson:
            self._lesson.prove(pdf)
