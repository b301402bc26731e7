"""Pages are packed in pieces, and any reader unpacks them whole."""

import hashlib
import zlib

import pytest

from letters.merge.compositor import packing


@pytest.mark.parametrize("pieces", [[b"a"], [b"a\n", b"b"], [b"x" * 9000, b"", b"y" * 3]])
def test_what_is_packed_in_pieces_is_unpacked_whole(pieces):
    assert zlib.decompress(packing.pack(pieces)) == b"".join(pieces)


def test_a_piece_is_packed_the_same_whatever_stands_beside_it():
    packed = packing.packed(b"the same" * 50)
    assert packed in packing.pack([b"one", b"the same" * 50])
    assert packed in packing.pack([b"the same" * 50, b"another"])


def test_no_stream_ends_in_a_line_break():
    ends = [packing.pack([b"%d" % number])[-1:] for number in range(3000)]
    assert b"\n" not in ends and b"\r" not in ends


def test_objects_are_cut_after_every_eighth_behind_their_index():
    objects = [b"index", *(b"%d" % number for number in range(20))]
    pieces = packing.object_pieces(objects)
    assert b"".join(pieces) == b"\n".join(objects)
    assert [piece.count(b"\n") for piece in pieces] == [1, 8, 8, 3]


@pytest.mark.parametrize("count", [1, 8, 9, 16, 20])
def test_one_piece_of_objects_is_as_among_all(count):
    objects = [b"%d" % number for number in range(count)]
    pieces = packing.object_pieces([b"index", *objects])
    for place in range(count):
        number = packing.piece_of_object(place)
        assert packing.object_piece(objects, number) == pieces[number]
        assert objects[place] in pieces[number].split(b"\n")


def test_a_page_is_packed_to_the_same_bytes_on_every_machine():
    """Another packer, or another version, makes other files of letters that were kept."""
    page = b"".join(
        b"/Span\n<</MCID %d>>\nBDC\nBT\n1 0 0 -1 96 %d.5 Tm\n[<%08x>] TJ\nET\nEMC\n"
        % (number, number * 19, number**3)
        for number in range(60)
    )
    packed = packing.pack([page[:2000], page[2000:]])
    assert zlib.decompress(packed) == page
    assert hashlib.sha256(packed).hexdigest()[:16] == "db1ac3e4d19a47aa"
