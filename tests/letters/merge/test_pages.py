import io

import pikepdf
import pytest
from PIL import Image

from letters.merge import pages


def two_pages() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(612, 792))
    pdf.add_blank_page(page_size=(612, 792))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_pages_are_counted():
    assert pages.page_count(two_pages()) == 2


def test_a_page_is_shown_as_a_picture_of_the_asked_width():
    picture = Image.open(io.BytesIO(pages.page_png(two_pages(), 2, width=300)))
    assert picture.size == (300, 389)


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_is_not_there_is_refused(number):
    with pytest.raises(pages.NoSuchPage, match="has 2 pages"):
        pages.page_png(two_pages(), number)
