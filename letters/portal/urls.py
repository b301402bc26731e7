"""The recipient's pages. Public: no account, no JavaScript; only a POST changes anything."""

from django.urls import URLPattern, URLResolver, path

from letters.portal import answer, ask, entrance, genuine, letter, receipt, saved

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.start, name="start"),
    path("c/<str:code>/", entrance.enter, name="enter"),
    path("genuine/", genuine.check, name="genuine"),
    path("leave/", entrance.leave, name="leave"),
    path("letter/", letter.letter, name="letter"),
    path("letter/page/<int:number>.png", letter.letter_page, name="letter_page"),
    path("letter/letter.pdf", letter.letter_pdf, name="letter_pdf"),
    path("answer/", answer.answer, name="answer"),
    path("ask/<slug:kind>/", ask.ask, name="ask"),
    path("saved/", saved.saved, name="saved"),
    path("receipt/<str:number>/", receipt.receipt, name="receipt"),
    path("receipt/<str:number>/receipt.txt", receipt.receipt_text, name="receipt_text"),
    path("receipt/<str:number>/receipt.pdf", receipt.receipt_pdf, name="receipt_pdf"),
]
