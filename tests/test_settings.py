"""The settings: each explained, and safe in production."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

EXAMPLE = (Path(settings.BASE_DIR) / ".env.example").read_text()
EXPLAINED, _, PRODUCTION = EXAMPLE.partition("# === A production installation")
SETTING = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def read_by_the_code() -> set[str]:
    """Every variable that the settings and the stack take from the environment."""
    config = Path(settings.BASE_DIR) / "config"
    code = (config / "settings.py").read_text() + (config / "stack.py").read_text()
    direct = re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", code)
    secret = re.findall(r"_secret\(\"([A-Z_]+)\"\)", code)
    started = re.findall(r"os\.environ(?:\.setdefault\(|\.get\(|\[)\"([A-Z_]+)\"", code)
    return {*direct, *secret, *started} - {"PATH", "PYTHONWARNINGS"}


def test_the_example_explains_every_setting_and_no_other():
    assert {name for name, _ in SETTING.findall(EXPLAINED)} == read_by_the_code()


def test_the_production_block_names_only_explained_settings():
    production = {name for name, _ in SETTING.findall(PRODUCTION)}
    assert production
    assert production <= read_by_the_code()


@pytest.mark.slow
def test_the_production_block_passes_the_deployment_check(tmp_path):
    production = dict(SETTING.findall(PRODUCTION))
    for key in ("SECRET_KEY", "PORTAL_KEY"):
        production[key] = secrets.token_urlsafe(48)
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **production, "DATA_DIR": str(tmp_path), "ENV_FILE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout
