"""What a person reads in an incoming letter: what it is, whom it is from, what it says."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms

from campaigns.models import Demand
from letters.answer_forms import RespondentForm
from letters.inbound.suggest import Suggestion
from letters.models import Incoming, Response
from letters.views.response_forms import ArrivalForm, ResponsePaper, StaffDemandForm


class ReadForm(ArrivalForm):
    """How it came is known already; what it is, a person says."""

    def __init__(self, data: Any, *, incoming: Incoming, today: datetime.date) -> None:
        assert incoming.recipient  # noqa: S101 - only what is someone's is read demand by demand
        super().__init__(data, recipient=incoming.recipient, today=today)
        del self.fields["channel"], self.fields["submission"]
        self.fields["note"].widget.attrs["rows"] = 2
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101
        kind.help_text = ""
        self.initial["kind"] = incoming.looks_like
        self.initial["received_on"] = incoming.received_on
        if incoming.letter:
            self.initial["letter"] = incoming.letter


class IncomingPaper(ResponsePaper):
    """The right half of the split view. `blind` leaves out what a coding does not say."""

    def __init__(
        self,
        incoming: Incoming,
        today: datetime.date,
        data: Any,
        taken: Mapping[int, Suggestion],
        *,
        blind: bool = False,
    ) -> None:
        assert incoming.recipient  # noqa: S101
        self.blind = blind
        self.arrival = ReadForm(data, incoming=incoming, today=today)
        self.respondent = RespondentForm(data)
        self.respondent.initial = {
            "name": incoming.sender_name,
            "email": incoming.sender_email,
        }
        name = self.respondent.fields["name"]
        name.required = not (data and data.get("kind") in Response.BY_A_MACHINE)
        self.demands = [
            _of_demand(data, demand, taken.get(demand.number))
            for demand in incoming.recipient.campaign.demands.all()
        ]

    def is_valid(self) -> bool:
        if not self.errors():
            self._compare_with_kind()
        return not self.errors()

    def _forms(self) -> list[forms.Form]:
        return [self.arrival, *([] if self.blind else [self.respondent]), *self.demands]


def _of_demand(data: Any, demand: Demand, taken: Suggestion | None) -> StaffDemandForm:
    form = StaffDemandForm(data, demand=demand)
    form.fields["text"].widget.attrs["rows"] = form.fields["quotation"].widget.attrs["rows"] = 2
    form.fields["promised_on"].help_text = ""  # three fields share a line here
    if taken:
        form.initial = {
            "outcome": taken.outcome,
            "promised_on": taken.promised_on,
            "quotation": taken.quotation,
            "page": taken.page,
        }
    return form
