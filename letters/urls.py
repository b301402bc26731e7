"""The staff pages of letterheads, templates, mailings, dispatches, responses and the board."""

from django.urls import URLPattern, URLResolver, path

from letters.views import composer, letterhead, sender, signer, specimen, template
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
    path("letterheads/", letterhead.LetterheadList.as_view(), name="letterheads"),
    path("letterheads/new/", letterhead.LetterheadNew.as_view(), name="letterhead_new"),
    path("letterheads/<int:pk>/", letterhead.LetterheadPage.as_view(), name="letterhead"),
    path("letterheads/<int:pk>/edit/", letterhead.LetterheadEdit.as_view(), name="letterhead_edit"),
    path(
        "letterheads/<int:pk>/archive/",
        letterhead.LetterheadArchive.as_view(),
        name="letterhead_archive",
    ),
    path("letterheads/<int:pk>/logo/", letterhead.LogoUpload.as_view(), name="logo_upload"),
    path("letterheads/<int:pk>/logo/remove/", letterhead.LogoRemove.as_view(), name="logo_remove"),
    path("letterheads/<int:pk>/logo.png", letterhead.LogoPicture.as_view(), name="logo"),
    path(
        "letterheads/<int:pk>/specimen.png",
        specimen.LetterheadSpecimen.as_view(),
        name="letterhead_specimen",
    ),
    path("letterheads/<int:pk>/signers/new/", signer.SignerNew.as_view(), name="signer_new"),
    path("signers/<int:pk>/", signer.SignerEdit.as_view(), name="signer_edit"),
    path("signers/<int:pk>/archive/", signer.SignerArchive.as_view(), name="signer_archive"),
    path("signers/<int:pk>/signature/", signer.SignatureUpload.as_view(), name="signature_upload"),
    path(
        "signers/<int:pk>/signature/remove/",
        signer.SignatureRemove.as_view(),
        name="signature_remove",
    ),
    path("signers/<int:pk>/signature.png", signer.SignaturePicture.as_view(), name="signature"),
    path(
        "signers/<int:pk>/specimen.png", specimen.SignerSpecimen.as_view(), name="signer_specimen"
    ),
    path("campaigns/<int:pk>/sender/", sender.SenderTab.as_view(), name="sender"),
    path("campaigns/<int:pk>/letters/", template.TemplateList.as_view(), name="templates"),
    path("campaigns/<int:pk>/letters/new/", template.TemplateNew.as_view(), name="template_new"),
    path("letter-texts/<int:pk>/", composer.Composer.as_view(), name="template"),
    path(
        "letter-texts/<int:pk>/preview/",
        composer.ComposerPreview.as_view(),
        name="template_preview",
    ),
    path("letter-texts/<int:pk>/preview.pdf", composer.ComposerPdf.as_view(), name="template_pdf"),
    path("letter-texts/<int:pk>/changes/", template.Compare.as_view(), name="template_compare"),
]
