"""The staff pages of letterheads, templates, mailings, dispatches, responses and the board."""

from django.urls import URLPattern, URLResolver, path

from letters.views.board import BoardExport, BoardLetters, BoardPage
from letters.views.home import Home
from letters.views.recipient import RecipientPage
from letters.views.styleguide import Styleguide

app_name = "letters"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", Home.as_view(), name="home"),
    path("campaigns/<int:pk>/board/", BoardPage.as_view(), name="board"),
    path("campaigns/<int:pk>/board/letters/", BoardLetters.as_view(), name="board_letters"),
    path("campaigns/<int:pk>/board/export/<str:form>/", BoardExport.as_view(), name="board_export"),
    path("recipients/<int:pk>/", RecipientPage.as_view(), name="recipient"),
    path("styleguide/", Styleguide.as_view(), name="styleguide"),
]
