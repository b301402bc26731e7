"""What must be true of every form that a page shows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.test import Client

from tests.factories import make_user
from tests.letters import stages
from tests.test_urls import ADDRESSES
from tests.world import make_world

pytestmark = pytest.mark.django_db


def forms_in(context: Any) -> Iterator[forms.BaseForm]:
    for layer in context or ():
        values = layer.flatten().values() if hasattr(layer, "flatten") else layer.values()
        yield from (value for value in values if isinstance(value, forms.BaseForm))


def test_every_required_field_of_a_form_stands_on_its_page(monkeypatch, settings):
    """A field that the template left out is missing from what is posted, and refused unseen."""
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
    stages.set_with(monkeypatch, stages.quick_pdf)
    world, client = make_world(), Client()
    client.force_login(make_user(is_superuser=True))
    seen, left_out = set(), set()
    for address in ADDRESSES:
        if not address.url.startswith("/staff/"):
            continue
        answer = client.get(world.url(address))
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        page = answer.content.decode()
        for form in forms_in(answer.context):
            missing = [field for field in form if f'name="{field.html_name}"' not in page]
            if len(missing) == len(form.fields):
                continue  # the page did not offer the form
            seen.add(type(form).__name__)
            left_out |= {
                (address.name, type(form).__name__, field.html_name)
                for field in missing
                if field.field.required
            }
    assert len(seen) > 20
    assert left_out == set()
