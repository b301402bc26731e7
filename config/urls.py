"""Every address of the program.

`/staff/` is the staff shell, `/admin/` the plain records behind it, `/respond/` the
recipient's pages, `/calendar/` what calendar programs read under a person's secret address.
Everything needs a login but the views of `PUBLIC_VIEWS`.
"""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from campaigns.views.calendar import feed
from config.health import healthz

# Every view that answers without a login. A test compares this list with the addresses
# below, so that nothing becomes public unnoticed.
PUBLIC_VIEWS = (
    "admin:login",
    "healthz",
    "feed",
    "feed_campaign",
    "portal:start",
    "portal:enter",
    "portal:genuine",
    "portal:leave",
    "portal:letter",
    "portal:letter_page",
    "portal:letter_pdf",
    "portal:answer",
    "portal:ask",
    "portal:saved",
    "portal:receipt",
    "portal:receipt_text",
    "portal:receipt_pdf",
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="letters:home"), name="root"),
    path("healthz", healthz, name="healthz"),
    # The list of all tables is nobody's first page; a login without `next` lands here.
    path("admin/", RedirectView.as_view(pattern_name="letters:home")),
    path("admin/", admin.site.urls),
    path("staff/", include("campaigns.urls")),
    path("staff/", include("letters.urls")),
    path("calendar/<str:token>/all.ics", feed, name="feed"),
    path("calendar/<str:token>/campaign-<int:pk>.ics", feed, name="feed_campaign"),
    path("respond/", include("letters.portal.urls")),
]
