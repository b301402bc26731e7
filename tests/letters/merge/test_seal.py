from letters.merge.seal import batch_digest

A, B = ("CNF-2026-0001-X", "a" * 64), ("CNF-2026-0002-Y", "b" * 64)


def test_the_digest_does_not_depend_on_the_order():
    assert batch_digest([A, B]) == batch_digest([B, A])


def test_the_digest_changes_with_any_letter():
    digests = {
        batch_digest([A, B]),
        batch_digest([A]),
        batch_digest([]),
        batch_digest([A, (B[0], "c" * 64)]),
        batch_digest([(A[0], B[1]), (B[0], A[1])]),
    }
    assert len(digests) == 5
