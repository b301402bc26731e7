"""The forms of mailings: what a person types, let in through the one door."""

from typing import Any

from django import forms

from campaigns.models import Campaign, Institution
from campaigns.views.fields import BlockField, LineField, whole_number
from letters.actions import dispatch
from letters.models import Dispatch, LetterTemplate, LetterVersion, Mailing


class DateField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class NewMailingForm(forms.Form):
    """Who is written to, with which text, and when."""

    ALL, UNANSWERED, OVERDUE, UNWRITTEN = "all", "unanswered", "overdue", "unwritten"
    CONFIRMED = "confirmed"

    version = forms.ModelChoiceField(
        LetterVersion.objects.none(),
        label="Text",
        empty_label=None,
        help_text="A version that a mailing uses is frozen; later changes are new versions.",
    )
    title = LineField(max_length=200, help_text="How staff call it, for example First letter.")
    letter_date = DateField(
        label="Planned send date",
        help_text="Every letter bears it, and the deadline is computed from it.",
    )
    recipients = forms.ChoiceField(
        label="To whom",
        widget=forms.RadioSelect,
        choices=[
            (ALL, "every recipient of the campaign"),
            (UNWRITTEN, "those who have no letter yet"),
            (UNANSWERED, "those who have not answered any demand"),
            (OVERDUE, "those who are overdue"),
            (CONFIRMED, "those who confirmed in full"),
        ],
        initial=ALL,
    )
    words = LineField(
        label="Only those whose name, city or identifier holds", required=False, max_length=200
    )
    state = forms.ChoiceField(label="Only in", required=False)
    kind = forms.ChoiceField(
        label="Only of this kind",
        required=False,
        choices=[("", "any kind"), *Institution.Kind.choices],
    )
    follows = forms.ModelChoiceField(
        Mailing.objects.none(),
        required=False,
        empty_label="none: this is a first letter",
        help_text="A reminder or final notice follows a mailing that was sent.",
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = (  # type: ignore[attr-defined]
            LetterVersion.objects.filter(template__campaign=campaign)
            .select_related("template")
            .order_by("template__name", "-number")
        )
        states = campaign.recipients.values_list("institution__state", flat=True)
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            ("", "any state"),
            *((state, state) for state in sorted(set(states)) if state),
        ]
        self.fields["follows"].queryset = campaign.mailings.filter(  # type: ignore[attr-defined]
            status__in=[Mailing.Status.SENDING, Mailing.Status.SENT],
            version__template__purpose=LetterTemplate.Purpose.FIRST,
        )


class Reason(forms.Form):
    reason = BlockField(max_length=2000)


class Keys(forms.TypedMultipleChoiceField):
    """Keys that a page ticked; whether each is of this mailing is the query's business."""

    def valid_value(self, value: str) -> bool:
        return whole_number(value) is not None


class LeaveOutMany(forms.Form):
    letters = Keys(coerce=int, error_messages={"required": "Choose at least one letter."})
    reason = BlockField(max_length=2000)


class Answer(forms.Form):
    """A written reason for one finding, or, without a letter, for all of its kind."""

    code = forms.SlugField(max_length=40)
    letter = forms.IntegerField(required=False)
    reason = BlockField(max_length=2000)


class MakeAnew(LeaveOutMany):
    letter_date = DateField()


class LetterDate(forms.Form):
    letter_date = DateField()


class Digest(forms.Form):
    """What was read, by its hashes: the letters, and the written answers to the findings."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$")
    answers = forms.RegexField(r"^[0-9a-f]{64}$")


class Comments(forms.Form):
    """Of the whole mailing; may be empty where single letters were commented on."""

    comments = BlockField(max_length=10_000, required=False)


class Comment(forms.Form):
    text = BlockField(max_length=4000, label="Comment")


class Gap(forms.Form):
    until = DateField()
    reason = BlockField(max_length=2000)


class Count(forms.Form):
    count = forms.IntegerField(min_value=0)


class Posted(forms.Form):
    posted_on = DateField()
    count = forms.IntegerField(min_value=0)
    missing = BlockField(required=False, max_length=20_000)

    def clean_missing(self) -> list[str]:
        return self.cleaned_data["missing"].replace(",", "\n").split()


class Tracking(forms.Form):
    pasted = BlockField(max_length=400_000, label="Numbers")


class Delivery(forms.Form):
    status = forms.ChoiceField(choices=[(one, Dispatch.Status(one).label) for one in
                                        dispatch.DELIVERY])  # fmt: skip
    on = DateField(label="Day")
    references = BlockField(max_length=200_000)

    def clean_references(self) -> list[str]:
        return self.cleaned_data["references"].replace(",", "\n").split()


class Evidence(forms.Form):
    left = forms.ChoiceField(choices=[("yes", "it left"), ("no", "it did not leave")])
    evidence = BlockField(max_length=2000)


class Bounced(forms.Form):
    on = DateField(label="Day")
    detail = BlockField(max_length=2000, label="What was said, and where")


class Resend(forms.Form):
    channel = forms.ChoiceField(choices=Dispatch.Channel.choices)
    reason = LineField(max_length=500)
