"""Text that is typed into forms passes the one door."""

from django import forms

from campaigns.views.fields import BlockField, LineField, cleaned_notes


class ExampleForm(forms.Form):
    title = LineField(max_length=20)
    text = BlockField(required=False)


def test_a_line_break_in_a_one_line_field_becomes_a_space_and_is_said():
    form = ExampleForm({"title": "Two\nlines"})
    assert form.is_valid()
    assert form.cleaned_data["title"] == "Two lines"
    assert cleaned_notes(form) == ["Title: line breaks became spaces."]


def test_a_character_that_changes_the_direction_is_refused():
    form = ExampleForm({"title": "Dean \u202eeoR"})
    assert "direction" in form.errors["title"][0]


def test_markup_and_tags_are_kept_as_typed():
    form = ExampleForm({"title": "<b>{{ name }}</b>", "text": "# one\r\n\r\n*two*"})
    assert form.is_valid()
    assert form.cleaned_data == {"title": "<b>{{ name }}</b>", "text": "# one\n\n*two*"}


def test_a_text_that_is_too_long_is_refused_with_both_figures():
    form = ExampleForm({"title": "x" * 21})
    assert "21" in form.errors["title"][0]
    assert "20" in form.errors["title"][0]


def test_an_empty_required_line_is_refused():
    assert "title" in ExampleForm({"title": " \u00a0 "}).errors
