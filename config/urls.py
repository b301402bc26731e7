"""Every address of the program.

`/staff/` is the staff shell, `/admin/` the plain records behind it, `/respond/` and
`/genuine/` the recipient's pages. The first two need a login; `letters.portal` does not.
"""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="letters:home"), name="root"),
    # The list of all tables is nobody's first page; a login without `next` lands here.
    path("admin/", RedirectView.as_view(pattern_name="letters:home")),
    path("admin/", admin.site.urls),
    path("staff/", include("campaigns.urls")),
    path("staff/", include("letters.urls")),
    path("respond/", include("letters.portal.urls")),
]
