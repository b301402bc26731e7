"""What makes one file both an accessible letter (PDF/UA-1) and an archival one (PDF/A-3u).

WeasyPrint writes either. It is asked for the archival form with tags; what PDF/UA wants
besides is a statement in the metadata, which an archival file may only hold together with
a description of the words it is made in. Knows no Django: the press's child uses it.
"""

import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pydyf

from letters.merge.compositor import packing
from letters.merge.compositor.kept import Kept

VARIANT = "pdf/a-3u"
_NAMED = 32  # hexadecimal digits, as files are usually named
_LARGE = 2_000  # bytes; what is smaller is packed sooner than looked for
_kept: Kept[bytes, bytes] = Kept(32)
_IS_UA = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"\
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"\
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of the PDF/UA standard</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""
_END = b"</rdf:RDF>"


def identifier(source: str, characters: str) -> str:
    """Names the file by what it is made from, which says as much as all its bytes would."""
    return sha256(f"{characters}\n{source}".encode()).hexdigest()[:_NAMED]


def finish(document: object, pdf: Any) -> None:
    """The last touch before the file is written."""
    _state_accessibility(pdf)
    _mark_margins(pdf)
    _draw_leanly(pdf)


def _state_accessibility(pdf: Any) -> None:
    """Say PDF/UA-1 in the metadata, and leave that readable without unpacking anything."""
    metadata = next(
        thing
        for thing in pdf.objects
        if isinstance(thing, pydyf.Stream) and thing.extra.get("Type") == "/Metadata"
    )
    before, end, after = b"".join(metadata.stream).partition(_END)
    metadata.stream = [before + _IS_UA + end + after]
    metadata.compress = False


def _mark_margins(pdf: Any) -> None:
    """Make artifacts of the running head and foot, which are not read out on every page.

    WeasyPrint gives them numbers of tagged content and then leaves them out of the tree, so
    that they were neither content nor artifact.
    """
    things = {thing.reference: thing for thing in pdf.objects}
    root = things[pdf.catalog["StructTreeRoot"]]
    numbers = things[root["ParentTree"]]["Nums"]
    in_tree = set(_below(root, things))
    for page, reference in enumerate(pdf.page_references):
        owners = numbers[numbers.index(page) + 1]
        items = things[things[reference]["Contents"]].stream
        for index, item in enumerate(items):
            if not isinstance(item, pydyf.Dictionary) or "MCID" not in item:
                continue
            if owners[item["MCID"]] not in in_tree:
                owners[item["MCID"]] = b"null"
                items[index - 1] = b"/Artifact"
                items[index] = pydyf.Dictionary({"Type": "/Pagination"})


def _draw_leanly(pdf: Any) -> None:
    things = {thing.reference: thing for thing in pdf.objects}
    for reference in pdf.page_references:
        items = things[things[reference]["Contents"]].stream
        for index, item in enumerate(items):
            if isinstance(item, bytes) and item.endswith(b"] TJ"):
                items[index] = packing.lean(item)


def _below(element: Any, things: dict[bytes, Any]) -> Iterator[bytes]:
    """The references of everything under an element of the structure tree."""
    for kid in element.get("K", ()):
        if isinstance(kid, bytes):
            yield kid
            yield from _below(things[kid], things)


def end_streams_plainly() -> None:
    """Never let the data of a stream end in a line break, from now on in this process.

    The line break before `endstream` is not data. After data that itself ends in one, a
    strict reader takes both for it and finds the stream shorter than announced; one letter
    in some dozens is refused by archives for that.
    """
    pydyf.Stream.data = property(_data)


def _data(stream: Any) -> bytes:
    extra = pydyf.Dictionary(stream.extra.copy())
    if "ID" in extra:  # of the document, and of this version of it: there is only one
        extra["ID"] = pydyf.Array((extra["ID"][0], extra["ID"][0]))
    pieces = packing.pieces_of(stream) if stream.compress else None
    content = b"".join(pieces or [b"\n".join(map(pydyf._to_bytes, stream.stream))])
    if stream.compress:
        extra["Filter"] = "/FlateDecode"
        if extra.get("Type") == "/XRef":
            content = packing.stored(content)
        else:
            content = packing.pack(pieces) if pieces else _deflated(content)
    elif extra.get("Filter") == "/FlateDecode" and _ends_in_a_break(content):
        content = _deflated(zlib.decompress(content))
    extra["Length"] = len(content)
    return b"\n".join((extra.data, b"stream", content, b"endstream"))


def _deflated(content: bytes) -> bytes:
    """Fonts and colours come again in every letter of a mailing, and are packed once."""
    if len(content) < _LARGE:
        return packing.ending_plainly(zlib.compress(content, 9))
    return _kept.get(content, lambda: packing.ending_plainly(zlib.compress(content, 9)))


def _ends_in_a_break(content: bytes) -> bool:
    return content.endswith((b"\r", b"\n"))
