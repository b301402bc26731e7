"""What must be true of every model."""

import pytest
from django.apps import apps
from django.db import models

OURS = [
    *apps.get_app_config("campaigns").get_models(),
    *apps.get_app_config("letters").get_models(),
]
# Parts that are nothing without their whole: what preflight found, the rows of a plan,
# and who signs beside the signer of a campaign.
CASCADES = {
    ("campaigns.importrow", "directory_import"),
    ("letters.cosigning", "sender"),
    ("letters.finding", "letter"),
    ("letters.finding", "mailing"),
}


def cascades() -> set[tuple[str, str]]:
    return {
        (model._meta.label_lower, field.name)
        for model in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not models.PROTECT
    }


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_row_can_name_itself(model):
    assert model.__str__ is not models.Model.__str__


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_model_says_what_it_is(model):
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")  # Django's own, made of the fields


def test_deleting_never_reaches_beyond_the_parts_of_a_row():
    assert cascades() == CASCADES


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_constraint_has_a_name_a_person_can_read(model):
    for constraint in model._meta.constraints:
        assert constraint.name.replace("_", "").isalnum()
        assert "_" in constraint.name
        assert model._meta.label_lower not in constraint.name
