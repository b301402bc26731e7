"""Buttons and small forms of a mailing: POST only, one decision each, refusals in words."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import View

from campaigns.actions import Refused
from campaigns.views.shell import StaffPage
from letters.actions.outcome import Outcome, in_words
from letters.models import Dispatch, Letter, Mailing, PrintPack


class Act(StaffPage, View):
    """`find` fetches the row, `decide` calls the action, `back` says where to go then.

    `decide` gets what `form_class` cleaned, and returns a sentence, or outcomes row by row,
    which are then shown on a page of their own.
    """

    http_method_names = ["post"]
    form_class: type[forms.Form] = forms.Form
    mailing: Mailing
    decide: Callable[..., str | list[Outcome]]

    def find(self, pk: int) -> None:
        raise NotImplementedError

    def back(self) -> str:
        return self.mailing.get_absolute_url()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.find(pk)
        self.campaign = self.mailing.campaign
        form = self.form_class(request.POST)
        if not form.is_valid():
            for name, errors in form.errors.items():
                label = form.fields[name].label or name.replace("_", " ").capitalize()
                messages.error(request, f"{label}: {' '.join(map(str, errors))}")
            return self.refused()
        try:
            done = self.decide(**form.cleaned_data)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return self.refused()
        if isinstance(done, str):
            messages.success(request, done)
            return redirect(self.back())
        return self._row_by_row(done)

    def refused(self) -> HttpResponse:
        """Where a refusal is read. What is long to type again is shown again instead."""
        return redirect(self.back())

    def _row_by_row(self, outcomes: list[Outcome]) -> HttpResponse:
        context = self.get_context_data(
            outcomes=outcomes, summary=in_words(outcomes), back=self.back(), mailing=self.mailing
        )
        return render(self.request, "staff/mailing_outcomes.html", context)

    def get_title(self) -> str:
        return "What was done, row by row"


class MailingAct(Act):
    def find(self, pk: int) -> None:
        self.mailing = get_object_or_404(
            Mailing.objects.select_related("campaign", "version__template"), pk=pk
        )


class LetterAct(Act):
    letter: Letter

    def find(self, pk: int) -> None:
        self.letter = get_object_or_404(
            Letter.objects.select_related(
                "mailing__campaign",
                "mailing__version__template",
                "recipient__institution",
                "addressee__contact",
            ),
            pk=pk,
        )
        self.mailing = self.letter.mailing

    def back(self) -> str:
        return self.letter.get_absolute_url()


class PackAct(Act):
    pack: PrintPack

    def find(self, pk: int) -> None:
        self.pack = get_object_or_404(
            PrintPack.objects.select_related("mailing__campaign", "mailing__version__template"),
            pk=pk,
        )
        self.mailing = self.pack.mailing


class DispatchAct(Act):
    dispatch_row: Dispatch

    def find(self, pk: int) -> None:
        self.dispatch_row = get_object_or_404(
            Dispatch.objects.select_related(
                "letter__mailing__campaign", "letter__mailing__version", "letter__recipient"
            ),
            pk=pk,
        )
        self.mailing = self.dispatch_row.letter.mailing

    def back(self) -> str:
        return self.dispatch_row.letter.get_absolute_url()
