"""Every value of every status has a tone, so no page meets one that it cannot show."""

import pytest
from django.apps import apps
from django.template import Context, Template

from campaigns import pills
from letters.models import Dispatch

STATUS_NAMES = {"status", "outcome", "verification", "reach", "verdict", "severity"}


def status_fields() -> list[str]:
    return sorted(
        f"{model._meta.label_lower}.{field.name}"
        for app in ("campaigns", "letters")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if getattr(field, "choices", None) and field.name in STATUS_NAMES
        # An entry's outcome is shown by the pill of its answer.
        if model._meta.model_name != "answerentry"
    )


@pytest.mark.parametrize("name", status_fields())
def test_each_value_of_a_status_has_a_tone(name):
    app_label, model, field = name.split(".")
    choices = dict(apps.get_model(app_label, model)._meta.get_field(field).choices)
    tones = pills.fields()[name]
    assert set(tones) == set(choices)
    assert set(tones.values()) <= set(pills.TONES)


def test_a_pill_says_the_word_of_the_status():
    template = Template('{% load staff %}{% pill row "status" %}')
    assert template.render(Context({"row": Dispatch(status="unknown")})) == (
        '<span class="cs-pill cs-pill--warn">Not known whether it left</span>'
    )


def test_a_pill_escapes_its_text_and_knows_its_tones():
    template = Template("{% load staff %}{% pill_of tone text %}")
    html = template.render(Context({"tone": "ok", "text": "<b>"}))
    assert "&lt;b&gt;" in html
    with pytest.raises(ValueError, match="not a tone"):
        template.render(Context({"tone": "green", "text": "x"}))
