"""Pages with letters on them; the press has its own tests."""

import pytest

from tests.letters import stages


@pytest.fixture
def quick_press(monkeypatch: pytest.MonkeyPatch) -> None:
    stages.set_with(monkeypatch, stages.quick_pdf)
