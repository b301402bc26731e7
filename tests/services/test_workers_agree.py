"""One mailing, rendered by one worker and by several: every letter is the same file."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.services, pytest.mark.slow]
LETTERS = 16


def test_one_worker_and_several_make_the_same_files(tmp_path):
    """By SQLite and the embedded broker, or in the database beside that of the other tests."""
    many = ["1", "2", "4"] if os.environ.get("REDIS_URL") else ["1", "2"]
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "var"), "ENV_FILE": ""}
    manage = [sys.executable, "-W", "ignore", "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environment, check=True)
    figures = tmp_path / "figures.json"
    words = ["--letters", str(LETTERS), "--workers", *many, "--json", str(figures)]
    measured = subprocess.run(
        [*manage, "bench_workers", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert measured.returncode == 0, measured.stdout + measured.stderr
    assert "Every letter was the same file each time." in measured.stdout
    runs = json.loads(figures.read_text())["runs"]
    found = [(run["workers"], run["letters"], run["files"]) for run in runs]
    assert found == [(int(number), LETTERS, LETTERS) for number in many]
