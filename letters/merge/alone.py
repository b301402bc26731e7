"""What one recipient alone reads: its sourced facts and its own text, each by a name."""

from collections.abc import Iterable, Iterator, Mapping

Part = tuple[str, str]
_SHOWN = 40  # characters of a quotation that name a fact about no programme


def facts(kept: Iterable[Mapping[str, str]]) -> Iterator[Part]:
    """Each fact of the frozen data: what it is called in a sentence, and all that it prints."""
    for fact in kept:
        said = "\n".join(fact[name] for name in ("programme", "quotation", "source"))
        yield f"the fact “{fact['programme'] or fact['quotation'][:_SHOWN]}”", said


def own_text(text: str) -> Iterator[Part]:
    if text:
        yield "the recipient’s own text", text
