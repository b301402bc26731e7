"""The staff pages of letterheads, templates, mailings, dispatches, responses and the board."""

from django.urls import URLPattern, URLResolver, path

from letters.views import (
    annexes,
    clause,
    composer,
    letter,
    letterhead,
    mailing,
    mailing_acts,
    mailing_approval,
    outbox,
    own_text,
    pack,
    sender,
    signer,
    specimen,
    template,
)
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
    path("campaigns/<int:pk>/mailings/", mailing.Mailings.as_view(), name="mailings"),
    path("campaigns/<int:pk>/mailings/new/", mailing.NewMailing.as_view(), name="mailing_new"),
    path("campaigns/<int:pk>/remind/", mailing.Remind.as_view(), name="remind"),
    path("mailings/<int:pk>/", mailing.MailingPage.as_view(), name="mailing"),
    path(
        "mailings/<int:pk>/wording/", mailing_approval.WordingPage.as_view(), name="mailing_wording"
    ),
    path("mailings/<int:pk>/progress/", mailing.MailingProgress.as_view(), name="mailing_progress"),
    path("mailings/<int:pk>/check/", mailing_acts.CheckAgain.as_view(), name="mailing_check"),
    path("mailings/<int:pk>/date/", mailing_acts.ChangeDate.as_view(), name="mailing_date"),
    path("mailings/<int:pk>/text/", mailing_acts.ChangeVersion.as_view(), name="mailing_version"),
    path(
        "mailings/<int:pk>/leave-out/",
        mailing_acts.LeaveOutMany.as_view(),
        name="mailing_leave_out",
    ),
    path("mailings/<int:pk>/make-anew/", mailing_acts.MakeAnew.as_view(), name="mailing_make_anew"),
    path("mailings/<int:pk>/answer/", mailing_acts.AnswerFinding.as_view(), name="mailing_answer"),
    path(
        "overrides/<int:pk>/withdraw/",
        mailing_acts.WithdrawAnswer.as_view(),
        name="override_withdraw",
    ),
    path("mailings/<int:pk>/start/", mailing_acts.Start.as_view(), name="mailing_start"),
    path("mailings/<int:pk>/again/", mailing_acts.RenderAgain.as_view(), name="mailing_again"),
    path("mailings/<int:pk>/stop/", mailing_acts.Stop.as_view(), name="mailing_stop"),
    path("mailings/<int:pk>/retry/", mailing_acts.RetrySetAside.as_view(), name="mailing_retry"),
    path("mailings/<int:pk>/open-next/", mailing_acts.OpenNext.as_view(), name="mailing_open_next"),
    path("mailings/<int:pk>/approve/", mailing_acts.Approve.as_view(), name="mailing_approve"),
    path("mailings/<int:pk>/return/", mailing_acts.GiveBack.as_view(), name="mailing_give_back"),
    path("mailings/<int:pk>/gap/", mailing_acts.AcceptGap.as_view(), name="mailing_gap"),
    path("mailings/<int:pk>/cancel/", mailing_acts.Cancel.as_view(), name="mailing_cancel"),
    path("mailings/<int:pk>/pack/", mailing_acts.MakePack.as_view(), name="mailing_pack"),
    path("mailings/<int:pk>/emails/", mailing_acts.QueueEmails.as_view(), name="mailing_emails"),
    path(
        "mailings/<int:pk>/tracking/", mailing_acts.SetTracking.as_view(), name="mailing_tracking"
    ),
    path(
        "mailings/<int:pk>/delivery/",
        mailing_acts.RecordDelivery.as_view(),
        name="mailing_delivery",
    ),
    path(
        "packs/<int:pk>/envelopes-<int:lot>.pdf",
        pack.PackEnvelopes.as_view(),
        name="pack_envelopes",
    ),
    path("packs/<int:pk>/file/<str:form>/", pack.PackFile.as_view(), name="pack_file"),
    path("packs/<int:pk>/posted/", pack.MarkPosted.as_view(), name="pack_posted"),
    path("packs/<int:pk>/discard/", pack.DiscardPack.as_view(), name="pack_discard"),
    path("letters/<int:pk>/", letter.LetterPage.as_view(), name="letter"),
    path("letters/<int:pk>/letter.pdf", letter.LetterPdf.as_view(), name="letter_pdf"),
    path("letters/<int:pk>/page/<int:number>/", letter.LetterPicture.as_view(), name="letter_page"),
    path("letters/<int:pk>/open/", letter.OpenLetter.as_view(), name="letter_open"),
    path("letters/<int:pk>/read/", letter.ReadLetter.as_view(), name="letter_read"),
    path("letters/<int:pk>/comment/", letter.CommentOnLetter.as_view(), name="letter_comment"),
    path("letters/<int:pk>/leave-out/", letter.LeaveOut.as_view(), name="letter_leave_out"),
    path("letters/<int:pk>/void/", letter.Void.as_view(), name="letter_void"),
    path("letters/<int:pk>/resend/", letter.ResendLetter.as_view(), name="letter_resend"),
    path("dispatches/<int:pk>/settle/", letter.Settle.as_view(), name="dispatch_settle"),
    path("dispatches/<int:pk>/release/", letter.Release.as_view(), name="dispatch_release"),
    path("outbox/", outbox.Outbox.as_view(), name="outbox"),
    path("outbox/<slug:key>/", outbox.OutboxMessage.as_view(), name="outbox_message"),
    path(
        "outbox/<slug:key>/<int:number>/",
        outbox.OutboxAttachment.as_view(),
        name="outbox_attachment",
    ),
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
    path(
        "letterheads/<int:pk>/window.png",
        specimen.WindowSpecimen.as_view(),
        name="letterhead_window",
    ),
    path(
        "letterheads/<int:pk>/calibration.pdf",
        specimen.CalibrationSheet.as_view(),
        name="calibration_sheet",
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
    path("clauses/", clause.ClauseList.as_view(), name="clauses"),
    path("clauses/new/", clause.ClauseNew.as_view(), name="clause_new"),
    path("clauses/take-in/", clause.ClausesTakeIn.as_view(), name="clauses_take_in"),
    path("clauses/<int:pk>/", clause.ClausePage.as_view(), name="clause"),
    path("clauses/<int:pk>/edit/", clause.ClauseEdit.as_view(), name="clause_edit"),
    path("clauses/<int:pk>/archive/", clause.ClauseArchive.as_view(), name="clause_archive"),
    path("clauses/<int:pk>/restore/", clause.ClauseRestore.as_view(), name="clause_restore"),
    path("letter-texts/<int:pk>/", composer.Composer.as_view(), name="template"),
    path(
        "letter-texts/<int:pk>/preview/",
        composer.ComposerPreview.as_view(),
        name="template_preview",
    ),
    path("letter-texts/<int:pk>/preview.pdf", composer.ComposerPdf.as_view(), name="template_pdf"),
    path("letter-texts/<int:pk>/annexes/", annexes.Annexes.as_view(), name="annexes"),
    path(
        "letter-texts/<int:pk>/response-form/",
        annexes.ResponseForm.as_view(),
        name="response_form",
    ),
    path("letter-texts/<int:pk>/cover-sheet/", annexes.CoverSheet.as_view(), name="cover_sheet"),
    path("exhibits/<int:pk>/page.png", annexes.ExhibitPage.as_view(), name="exhibit_page"),
    path("exhibits/<int:pk>/file.pdf", annexes.ExhibitFile.as_view(), name="exhibit_file"),
    path("exhibits/<int:pk>/remove/", annexes.ExhibitRemove.as_view(), name="exhibit_remove"),
    path("letter-texts/<int:pk>/copy/", template.TemplateCopy.as_view(), name="template_copy"),
    path("letter-texts/<int:pk>/own-texts/", own_text.OwnTexts.as_view(), name="own_texts"),
    path(
        "letter-texts/<int:pk>/own-texts/<int:recipient_pk>/",
        own_text.OwnTextEdit.as_view(),
        name="own_text",
    ),
    path("letter-texts/<int:pk>/changes/", template.Compare.as_view(), name="template_compare"),
]
