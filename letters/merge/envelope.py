"""Envelopes with and without windows: what shows through, however the letter has slipped.

Every measure is in inches. A window is given as makers give it: its size, and its place from
the left and the bottom edge of the envelope with the flap up. A folded letter is smaller than
its envelope and slips in it, so what a window shows of the page is a different box in each
position; an address has to stand where all of these boxes overlap, an eighth of an inch from
the edge of the window (USPS), and nothing else where any of them reaches.

Sources: Lob's and the post's #10 windows; DIN 680 and DIN 5008 form B for DL. Folding the top
panel of a US letter at 3.9 instead of 3.667 inches halves the play; with equal thirds two
lines at most would be safe in a double window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from letters.merge import typefaces

POINTS = 72
CLEARANCE = 0.125
_MILLIMETRE = 1 / 25.4
# Between a return address and the edge of its window; the post asks nothing for it.
_SENDER_CLEARANCE = 0.04
# The left margin of the text, as letter.css sets it.
LEFT_MARGIN = 1.0


@dataclass(frozen=True)
class Box:
    """A rectangle of the page, measured from its left and its top edge."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def holds(self, other: "Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, by: float) -> "Box":
        """The box made smaller by so much on every side."""
        return Box(self.left + by, self.top + by, self.right - by, self.bottom - by)


@dataclass(frozen=True)
class Paper:
    label: str
    width: float
    height: float

    @property
    def css(self) -> str:
        return f"{self.width:.4f}in {self.height:.4f}in"


@dataclass(frozen=True)
class Window:
    """As makers give it: from the left and from the bottom edge of the envelope, flap up."""

    height: float
    width: float
    left: float
    bottom: float


@dataclass(frozen=True)
class Block:
    """How the lines in a window are set: how many at most, and their size in points."""

    most_lines: int
    size: float
    leading: float


@dataclass(frozen=True)
class Profile:
    """A paper, its folds and an envelope. Without a window the address stands in the text."""

    key: str
    label: str
    paper: Paper
    folds: tuple[float, float]
    envelope: tuple[float, float]
    window: Window | None = None
    block: Block = Block(0, 0, 0)
    sender_window: Window | None = None
    sender_block: Block = Block(0, 0, 0)
    joins_two_lines: bool = False
    top_margin: float = 0.7

    def positions(self, window: Window) -> list[Box]:
        """What the window shows of the page with the letter in each corner of the envelope."""
        wide, high = self.envelope
        panel = self.folds[0]
        lefts = (window.left, window.left - (wide - self.paper.width))
        lowest = panel - window.bottom - window.height
        tops = (lowest, lowest + high - panel)
        return [
            Box(left, top, left + window.width, top + window.height)
            for left, top in product(lefts, tops)
        ]

    def seen(self, window: Window) -> Box:
        """Everything of the page that the window can show."""
        boxes = self.positions(window)
        return Box(
            min(box.left for box in boxes),
            min(box.top for box in boxes),
            max(box.right for box in boxes),
            max(box.bottom for box in boxes),
        )

    def safe(self, window: Window) -> Box:
        """What of the page the window shows in every position."""
        boxes = self.positions(window)
        return Box(
            max(box.left for box in boxes),
            max(box.top for box in boxes),
            min(box.right for box in boxes),
            min(box.bottom for box in boxes),
        )

    @property
    def address_zone(self) -> Box | None:
        """Where the address stands: safe, and clear of the window's edge."""
        return self.safe(self.window).within(CLEARANCE) if self.window else None

    @property
    def room(self) -> float:
        """How wide a line of the address may be, in ems."""
        return self.address_zone.width * POINTS / self.block.size if self.address_zone else 0

    @property
    def reference_zone(self) -> Box | None:
        """The strip above the address in the same window, for our reference."""
        if not self.window or self.sender_window:
            return None
        safe = self.safe(self.window)
        return Box(safe.left + CLEARANCE, safe.top, safe.right, safe.top + CLEARANCE)

    @property
    def sender_zone(self) -> Box | None:
        """Where the return address stands, above the address."""
        if not self.sender_window:
            return None
        zone = self.safe(self.sender_window).within(_SENDER_CLEARANCE)
        return Box(zone.left + CLEARANCE - _SENDER_CLEARANCE, zone.top, zone.right, zone.bottom)

    @property
    def windows(self) -> list[Window]:
        return [window for window in (self.sender_window, self.window) if window]

    @property
    def text_top(self) -> float:
        """Where the letter's text begins on page 1: below all that a window can show."""
        return max((self.seen(window).bottom for window in self.windows), default=0) + 0.13


US_LETTER = Paper("US Letter", 8.5, 11)
A4 = Paper("A4", 210 * _MILLIMETRE, 297 * _MILLIMETRE)
_THIRDS, _HIGH_TOP = (11 / 3, 22 / 3), (3.9, 7.45)
_NUMBER_10 = (9.5, 4.125)
_A4_FOLDS = (105 * _MILLIMETRE, 210 * _MILLIMETRE)
_DL = (220 * _MILLIMETRE, 110 * _MILLIMETRE)

PROFILES = {
    profile.key: profile
    for profile in (
        Profile("10", "US Letter, no window (#10)", US_LETTER, _THIRDS, _NUMBER_10),
        Profile(
            "10-single",
            "US Letter, one window (#10 single)",
            US_LETTER,
            _HIGH_TOP,
            _NUMBER_10,
            Window(height=1.125, width=4.5, left=0.875, bottom=0.5),
            Block(most_lines=5, size=8.5, leading=9.1),
        ),
        Profile(
            "10-double",
            "US Letter, two windows (#10 double)",
            US_LETTER,
            _HIGH_TOP,
            _NUMBER_10,
            Window(height=1.0, width=4.0, left=0.625, bottom=1.0),
            Block(most_lines=4, size=8.5, leading=9.1),
            Window(height=0.875, width=3.25, left=0.625, bottom=2.375),
            Block(most_lines=5, size=7, leading=8.1),
            joins_two_lines=True,
        ),
        Profile("dl", "A4, no window (DL)", A4, _A4_FOLDS, _DL),
        Profile(
            "dl-single",
            "A4, one window (DL)",
            A4,
            _A4_FOLDS,
            _DL,
            Window(
                height=45 * _MILLIMETRE,
                width=90 * _MILLIMETRE,
                left=20 * _MILLIMETRE,
                bottom=15 * _MILLIMETRE,
            ),
            Block(most_lines=6, size=10, leading=12.2),
            top_margin=0.45,
        ),
    )
}
DEFAULT = "10"
_REFERENCE_BLOCK = Block(most_lines=1, size=6.5, leading=8)
_LONG = "as wide as a line of the address can be before it is broken into two of them"


def in_window(lines: Sequence[str], profile: Profile, typeface: str) -> list[str]:
    """The address as it stands in the window, one entry for each printed line.

    A line that is too wide goes on in a second one. Where the window is too low for all of
    them, name and title share a line if they can.
    """
    room = profile.room
    set_lines = _broken(lines, room, typeface)
    if profile.joins_two_lines and len(set_lines) > profile.block.most_lines and len(lines) > 2:
        joined = f"{lines[0]}, {lines[1]}"
        if typefaces.width(joined, typeface) <= room:
            return _broken([joined, *lines[2:]], room, typeface)
    return set_lines


def sample_lines(profile: Profile, typeface: str) -> list[str]:
    """As many lines as the window shows, each as wide as it may be."""
    return [
        _break(f"{number} {_LONG}", profile.room, typeface)[0]
        for number in range(1, profile.block.most_lines + 1)
    ]


def address_problems(lines: Sequence[str], profile: Profile, typeface: str) -> list[str]:
    """Why an address does not fit the window of the envelope; nothing where there is none."""
    if not profile.window:
        return []
    room = profile.room
    problems = [
        f"“{word}” is wider than the window of the envelope."
        for line in lines
        for word in line.split()
        if typefaces.width(word, typeface) > room
    ]
    needed = len(in_window(lines, profile, typeface))
    if needed > profile.block.most_lines:
        problems.append(
            f"The address takes {needed} lines; the window of the envelope shows "
            f"{profile.block.most_lines}. Shorten it, or send it in an envelope without a window."
        )
    return problems


def sender_problems(lines: Sequence[str], profile: Profile, typeface: str) -> list[str]:
    """Why a return address does not fit its window."""
    zone, block = profile.sender_zone, profile.sender_block
    if zone is None:
        return []
    needed = len(_broken(lines, zone.width * POINTS / block.size, typeface))
    if needed <= block.most_lines:
        return []
    return [
        f"The return address with our reference takes {needed} lines; its window shows "
        f"{block.most_lines}."
    ]


def _broken(lines: Sequence[str], room: float, typeface: str) -> list[str]:
    """The lines broken at their spaces to `room` ems."""
    return [part for line in lines for part in _break(line, room, typeface)]


def _break(line: str, room: float, typeface: str) -> list[str]:
    parts = [""]
    for word in line.split(" "):
        longer = f"{parts[-1]} {word}".lstrip()
        if parts[-1] and typefaces.width(longer, typeface) > room:
            parts.append(word)
        else:
            parts[-1] = longer
    return parts


def css(profile: Profile, first_page: int = 1) -> str:
    """The rules that a letter's page gets from its paper and its envelope.

    A letter behind a cover sheet begins on a later page, which is laid out and numbered as its
    page 1: the cover is no page of the letter, and what refers to a page means the letter's.

    What stands in a window is set in the flow, one block below the other, and not positioned:
    positioned text is drawn after the page's other text, and copied out at its end.
    """
    at = profile.top_margin
    rules = [f"@page {{ size: {profile.paper.css} }}"]
    if first_page > 1:
        later = f"margin-top: {at}in; counter-reset: page 1; @top-left {{ content: none }}"
        rules += [
            '@page { @bottom-right { content: "Page " counter(page) " of " '
            'target-counter("#end", page) } }',
            *(
                f"@page :nth({number}) {{ @bottom-right {{ content: none }} }}"
                for number in range(1, first_page)
            ),
            f"@page :nth({first_page}) {{ {later} }}",
        ]
    if not profile.windows:
        return "\n".join(rules)
    rules += [
        f"@page :first {{ margin-top: {at}in }}",
        f".head {{ height: {profile.text_top - at:.4f}in }}",
        f".fold {{ top: {profile.folds[0] - at:.4f}in }}",
    ]
    for name, zone, block in (
        (".return", profile.sender_zone, profile.sender_block),
        (".keyline", profile.reference_zone, _REFERENCE_BLOCK),
        (".in-window", profile.address_zone, profile.block),
    ):
        if zone:
            rules.append(
                f"{name} {{ padding-top: {zone.top - at:.4f}in; height: {zone.height:.4f}in; "
                f"width: {zone.width:.4f}in; margin-left: {zone.left - LEFT_MARGIN:.4f}in; "
                f"font-size: {block.size}pt; line-height: {block.leading}pt }}"
            )
            at = zone.bottom
    return "\n".join(rules)


def placed(profile: Profile, box: Box) -> str:
    """A box of the page in CSS, which measures from the text area of page 1."""
    return (
        f"left: {box.left - LEFT_MARGIN:.4f}in; top: {box.top - profile.top_margin:.4f}in; "
        f"width: {box.width:.4f}in; height: {box.height:.4f}in"
    )
