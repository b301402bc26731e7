"""The staff pages of letterheads, templates, mailings, dispatches, responses and the board."""

from django.urls import URLPattern, URLResolver, path

from letters.views.board import BoardExport, BoardLetters, BoardPage
from letters.views.home import Home
from letters.views.portal_key import PortalKeysPage, PortalKeysReissue, PortalKeysRevoke
from letters.views.recipient import RecipientPage
from letters.views.response import DocumentDownload, ResponseNew, ResponsePage, ResponsesPage
from letters.views.styleguide import Styleguide

app_name = "letters"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", Home.as_view(), name="home"),
    path("campaigns/<int:pk>/board/", BoardPage.as_view(), name="board"),
    path("campaigns/<int:pk>/board/letters/", BoardLetters.as_view(), name="board_letters"),
    path("campaigns/<int:pk>/board/export/<str:form>/", BoardExport.as_view(), name="board_export"),
    path("recipients/<int:pk>/", RecipientPage.as_view(), name="recipient"),
    path("recipients/<int:pk>/responses/new/", ResponseNew.as_view(), name="response_new"),
    path("campaigns/<int:pk>/responses/", ResponsesPage.as_view(), name="responses"),
    path("responses/<int:pk>/", ResponsePage.as_view(), name="response"),
    path("responses/documents/<int:pk>/", DocumentDownload.as_view(), name="response_document"),
    path("letters/<int:pk>/codes/", PortalKeysPage.as_view(), name="portal_keys"),
    path(
        "letters/<int:pk>/codes/reissue/", PortalKeysReissue.as_view(), name="portal_keys_reissue"
    ),
    path("letters/<int:pk>/codes/revoke/", PortalKeysRevoke.as_view(), name="portal_keys_revoke"),
    path("styleguide/", Styleguide.as_view(), name="styleguide"),
]
