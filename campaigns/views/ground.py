"""Grounds: the catalogue, the page of one, editing and verifying."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import DetailView, FormView, ListView

from campaigns import audit
from campaigns.actions import Refused
from campaigns.actions import ground as actions
from campaigns.models import Fact, Ground
from campaigns.models.ground import GroundQuerySet
from campaigns.text import fold
from campaigns.views.decisions import DecisionButton
from campaigns.views.fields import cleaned_notes
from campaigns.views.ground_forms import GroundForm, VerifyForm
from campaigns.views.shell import StaffPage


class GroundList(StaffPage, ListView):
    permission_required = "campaigns.view_ground"
    template_name = "staff/ground_list.html"
    context_object_name = "grounds"
    title = "Grounds"

    def get_queryset(self) -> GroundQuerySet:
        self.show = self.request.GET.get("show", "")
        if self.show == "archived":
            return Ground.objects.exclude(archived_at=None).select_related("verified_by")
        if self.show == "due":
            found = Ground.objects.due_for_review(timezone.localdate())
        else:
            found = Ground.objects.active()
        return found.select_related("verified_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today, query = timezone.localdate(), self.request.GET.get("q", "")
        words = fold(query).split()
        grounds = [
            (ground, ground.is_due_for_review(today), needs_in_words(ground))
            for ground in self.object_list
            if all(word in _searched(ground) for word in words)
        ]
        return super().get_context_data(
            grounds=grounds,
            q=query,
            show=self.show,
            due=Ground.objects.due_for_review(today).count(),
            total=Ground.objects.active().count(),
            archived=Ground.objects.exclude(archived_at=None).count(),
            **kwargs,
        )


def _searched(ground: Ground) -> str:
    return fold(" ".join([ground.name, ground.citation, ground.agency, *ground.bases]))


def needs_in_words(ground: Ground) -> list[str]:
    """Whom a ground covers, in words."""
    words = {
        "public": "Public institution",
        "private": "Private institution",
        "state:XX": "In its state (not named yet)",
        **{key: str(label) for key, label in Fact.Key.choices},
    }
    return [words.get(need, f"In {need.removeprefix('state:')}") for need in ground.needs]


class GroundPage(StaffPage, DetailView):
    permission_required = "campaigns.view_ground"
    template_name = "staff/ground_page.html"
    queryset = Ground.objects.select_related("verified_by")
    context_object_name = "ground"

    def get_title(self) -> str:
        return str(self.object.name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ground: Ground = self.object
        user = self.request.user
        return super().get_context_data(
            is_due=ground.is_due_for_review(timezone.localdate()),
            needs=needs_in_words(ground),
            campaigns_citing=ground.campaigns.order_by("-pk"),
            history=audit.history(ground),
            verify_form=VerifyForm(initial=VerifyForm.initial_on()),
            may_change=user.has_perm("campaigns.change_ground"),
            may_verify=user.has_perm("campaigns.verify_ground"),
            **kwargs,
        )


class _Editing(StaffPage, FormView):
    template_name = "staff/ground_form.html"
    form_class = GroundForm

    def act(self, form: GroundForm) -> Ground:
        raise NotImplementedError

    def form_valid(self, form: GroundForm) -> HttpResponse:
        try:
            ground = self.act(form)
        except Refused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        for note in cleaned_notes(form):
            messages.info(self.request, note)
        messages.success(self.request, f"{ground.name} was saved.")
        return redirect(self.return_to or ground)


class AddGround(_Editing):
    permission_required = "campaigns.add_ground"
    title = "Add a ground"

    def act(self, form: GroundForm) -> Ground:
        return actions.add(details=form.details(), by=self.person)


class ChangeGround(_Editing):
    permission_required = "campaigns.change_ground"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.ground = get_object_or_404(Ground, pk=kwargs["pk"])

    def get_title(self) -> str:
        return f"Change {self.ground}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(ground=self.ground, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return GroundForm.initial_of(self.ground)

    def act(self, form: GroundForm) -> Ground:
        return actions.change(ground=self.ground, details=form.details(), by=self.person)


class _OfGround(DecisionButton):
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.ground = get_object_or_404(Ground, pk=kwargs["pk"])

    def get_success_url(self) -> str:
        return self.ground.get_absolute_url()


class VerifyGround(_OfGround):
    permission_required = "campaigns.verify_ground"

    def decide(self) -> str:
        form = VerifyForm(self.request.POST)
        if not form.is_valid():
            raise Refused("Give both dates: when it was checked, and by when it is due again.")
        actions.verify(ground=self.ground, by=self.person, **form.cleaned_data)
        return f"{self.ground} is verified until {form.cleaned_data['review_by']:%B %-d, %Y}."


class ArchiveGround(_OfGround):
    permission_required = "campaigns.change_ground"

    def decide(self) -> str:
        actions.archive(ground=self.ground, by=self.person)
        return f"{self.ground} was archived. Letters that cite it keep it."


class RestoreGround(_OfGround):
    permission_required = "campaigns.change_ground"

    def decide(self) -> str:
        actions.restore(ground=self.ground, by=self.person)
        return f"{self.ground} is in use again."
