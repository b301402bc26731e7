"""The composer: the source of a letter on the left, the real PDF of any recipient on the right."""

import time
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.generic import TemplateView

from campaigns.actions import Refused
from campaigns.views.fields import BlockField, LineField, cleaned_notes, whole_number
from letters.actions import draft
from letters.merge import proof
from letters.merge.fields import BLOCKS, ENTRIES, FILTERS, with_grounds
from letters.models import Clause, LetterVersion
from letters.preflight import linter, wording
from letters.views.preview import (
    Marked,
    NotSet,
    Picker,
    Preview,
    brief,
    content,
    marked,
    pictures,
    refusal_of,
    typeset,
)
from letters.views.template import OfTemplate
from letters.views.worst import WORST


class TextForm(forms.Form):
    """The words of a letter, and why they changed."""

    subject = LineField(
        label="RE line", max_length=300, help_text="One line; may hold {{ fields }}."
    )
    label = LineField(
        label="Label",
        required=False,
        max_length=120,
        help_text="A line such as CONFIDENTIAL above the address, if any.",
    )
    body = BlockField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 26, "class": "cs-mono", "spellcheck": "true"}),
        help_text="Markdown, from after the salutation to before the closing.",
    )
    closing = LineField(label="Closing", max_length=60, initial="Sincerely,")
    enclosures = BlockField(
        label="Enclosures",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One per line.",
    )
    reason = LineField(
        label="Why the text changed", required=False, max_length=300, help_text="For the record."
    )

    def text(self) -> draft.Text:
        return draft.Text(**{name: self.cleaned_data[name] for name in _WORDS})


class Composer(OfTemplate, TemplateView):
    """Write the text and see the letter it makes. GET shows, POST saves the next version."""

    template_name = "staff/composer.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        proof.warm()
        version = self._asked_version()
        initial = draft.Text.of(version).__dict__ if version else None
        return self.shown(TextForm(initial=initial), version=version)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm("letters.change_lettertemplate"):
            return self.handle_no_permission()
        form = TextForm(request.POST)
        if not form.is_valid():
            return self.shown(form)
        try:
            version = draft.save_version(
                template=self.template,
                text=form.text(),
                reason=form.cleaned_data["reason"],
                by=self.person,
            )
        except draft.TextRefused as refusal:
            return self.shown(_as_cleaned(form), problems=refusal.problems)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.shown(form)
        messages.success(request, f"This is version {version.number}.")
        for note in cleaned_notes(form):
            messages.info(request, note)
        return HttpResponseRedirect(self.template.get_absolute_url())

    def shown(
        self,
        form: TextForm,
        *,
        version: LetterVersion | None = None,
        problems: list[draft.Problem] | None = None,
        preview: Preview | None = None,
    ) -> HttpResponse:
        """The page. The text stays in the form whatever became of it."""
        return self.render_to_response(
            self.get_context_data(
                form=form,
                is_unsaved=version is None and self.request.method == "POST",
                version=version,
                problems=_marked(form, problems or []),
                preview=preview,
                picker=Picker(self.request.POST or None),
            )
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            letter=self.template,
            versions=self.template.versions.select_related("author"),
            fields=with_grounds(draft.ground_names(self.campaign)).values(),
            entries=ENTRIES,
            blocks=BLOCKS,
            filters=FILTERS.values(),
            clauses=Clause.objects.filter(archived_at=None),
            own_count=self.template.own_texts.exclude(text="").count(),
            worst=_WORST,
            page=self.request.POST.get("page") or uuid.uuid4().hex,
            **kwargs,
        )

    def _asked_version(self) -> LetterVersion | None:
        number = whole_number(self.request.GET.get("version", ""))
        if number is not None:
            return get_object_or_404(self.template.versions, number=number)
        return self.template.versions.first()


class ComposerPreview(Composer):
    """The letter that the text in the form makes, saved or not. Saves nothing."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form, picker = TextForm(request.POST), Picker(request.POST)
        try:
            preview = self._preview(form, picker)
        except proof.Superseded:
            return HttpResponse(status=204)  # the page that asked waits for a newer one
        if request.headers.get("HX-Request"):
            context = {"preview": preview, "letter": self.template, "worst": _WORST}
            return render(request, "staff/includes/preview.html", context)
        return self.shown(form, preview=preview)

    def _preview(self, form: TextForm, picker: Picker) -> Preview:
        began = time.monotonic()
        picked, why = picker.picked(self.campaign), ""
        if not form.is_valid():
            if empty := _still_empty(form):
                return Preview(picked, waits_for=empty)
            return Preview(picked, refusal=_first_error(form))
        text = form.text()
        if problems := draft.check(text, campaign=self.campaign):
            return Preview(picked, problems=_marked(_as_cleaned(form), problems))
        try:
            if picker.asks_for_the_worst:
                picked, why = picker.picked_as_worst(text, self.template)
            whole = content(text, template=self.template, recipient=picked.recipient)
            shown = brief(whole)
            pdf = typeset(shown, page=picker.wanted.get("page", ""))
        except NotSet as reason:
            refusal = refusal_of(reason, picked.recipient, self.template)
            return Preview(picked, refusal=refusal, why=why, words=_heard(form))
        return Preview(
            picked,
            pages=pictures(pdf),
            why=why,
            words=_heard(form),
            is_brief=shown != whole,
            seconds=time.monotonic() - began,
        )


class ComposerPdf(OfTemplate, TemplateView):
    """The same letter as the PDF itself, with every page of its exhibits."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = TextForm(request.POST)
        picked = Picker(request.POST).picked(self.campaign)
        if not form.is_valid() or draft.check(form.text(), campaign=self.campaign):
            return _plain("The text has problems that the composer names. Mend them first.")
        try:
            recipient = picked.recipient
            pdf = typeset(content(form.text(), template=self.template, recipient=recipient))
        except NotSet as reason:
            return _plain(refusal_of(reason, picked.recipient, self.template))
        name = f"preview-{self.template.pk}.pdf"
        return HttpResponse(
            pdf,
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )


_WORDS = ("subject", "label", "body", "closing", "enclosures")
_WORST = [(key, label) for key, (label, _) in WORST.items()]


def _plain(sentence: str) -> HttpResponse:
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=422)


def _still_empty(form: TextForm) -> str:
    """What has to be written before a letter can be set, in words; a new letter lacks it all."""
    names = [name for name in form.errors if form.errors.as_data()[name][0].code == "required"]
    labels = [str(form.fields[name].label) for name in names]
    return " and ".join(labels) if len(names) == len(form.errors) else ""


def _first_error(form: TextForm) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label}: {errors[0]}" if label else str(errors[0])


def _heard(form: TextForm) -> list[str]:
    """What the checks of a mailing will find in these words, while they are being written."""
    parts = ((form.cleaned_data[name], str(form.fields[name].label)) for name in _WORDS)
    return [
        sentence
        for text, label in parts
        for sentence in linter.sentences(text, label, wording.IN_ANY_TEXT)
    ]


def _as_cleaned(form: TextForm) -> TextForm:
    """The form with the text as it was read, so that the lines and columns named are its own."""
    return TextForm(initial=form.cleaned_data)


def _marked(form: TextForm, problems: list[draft.Problem]) -> list[Marked]:
    return [
        marked(
            problem,
            label=str(form.fields[problem.field].label),
            text=str(form.initial[problem.field]),
        )
        for problem in problems
    ]
