"""Letters made in no time: the press has its own tests."""

import pytest

from letters.merge import press
from tests.letters import stages


@pytest.fixture
def quick_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "render", stages.quick_pdf)
