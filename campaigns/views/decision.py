"""A button that decides: POST only, an action behind it, a sentence afterwards."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import View

from campaigns.actions import Refused
from campaigns.views.shell import StaffPage


class DecisionView(StaffPage, View):
    """Subclasses act in `decide` and return what to say; they go on to `back`."""

    http_method_names = ["post"]

    def decide(self, request: HttpRequest) -> str:
        raise NotImplementedError

    def back(self) -> Any:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.decide(request))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(self.back())
