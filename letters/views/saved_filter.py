"""Filters of the board's list under a name: kept, and removed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import View

from campaigns.actions import Refused
from campaigns.models import Campaign
from campaigns.views.fields import the_line
from campaigns.views.shell import StaffPage
from letters.actions import saved_filter
from letters.models import SavedFilter
from letters.views.board_list import SelectionForm


class SaveFilter(StaffPage, View):
    """The filters are those in the address to which the name is posted."""

    permission_required = "campaigns.view_recipient"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        campaign = get_object_or_404(Campaign, pk=pk)
        query = kept(request.GET)
        try:
            saved = saved_filter.save(
                campaign=campaign,
                name=the_line(request.POST.get("name", "")),
                query=query,
                is_shared="is_shared" in request.POST,
                by=self.person,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(f"{reverse('letters:board_list', args=[pk])}?{query}")
        messages.success(request, f"Saved as “{saved}”.")
        return redirect(saved.get_absolute_url())


class RemoveFilter(StaffPage, View):
    permission_required = "campaigns.view_recipient"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = SavedFilter.objects.for_person(self.person).select_related("campaign", "owner")
        saved = get_object_or_404(found, pk=pk)
        try:
            saved_filter.remove(saved=saved, by=self.person)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Removed “{saved}”.")
        return redirect("letters:board_list", saved.campaign_id)


def kept(address: QueryDict) -> str:
    """What of an address is a filter or an order, in the order of the form."""
    query = QueryDict(mutable=True)
    for name in SelectionForm.base_fields:
        if value := address.get(name):
            query[name] = str(value)
    return query.urlencode()
