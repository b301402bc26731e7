"""The staff pages of institutions, grounds, campaigns and recipients."""

from django.urls import URLPattern, URLResolver, path

from campaigns.views import (
    addressees,
    calendar,
    campaign,
    counsel,
    demand,
    directory,
    extensions,
    ground,
    institution,
    institution_edit,
    recipients,
    standing,
)
from campaigns.views import sourced_facts as facts
from campaigns.views.audit import AuditLog, AuditVerify, CampaignHistory

app_name = "campaigns"
urlpatterns: list[URLPattern | URLResolver] = [
    path("institutions/", institution.InstitutionList.as_view(), name="institutions"),
    path("institutions/new/", institution_edit.AddInstitution.as_view(), name="institution_new"),
    path("institutions/<int:pk>/", institution.InstitutionPage.as_view(), name="institution"),
    path(
        "institutions/<int:pk>/edit/",
        institution_edit.ChangeInstitution.as_view(),
        name="institution_edit",
    ),
    path(
        "institutions/<int:pk>/suppress/",
        institution_edit.SuppressInstitution.as_view(),
        name="institution_suppress",
    ),
    path(
        "institutions/<int:pk>/unsuppress/",
        institution_edit.UnsuppressInstitution.as_view(),
        name="institution_unsuppress",
    ),
    path(
        "institutions/<int:pk>/archive/",
        institution_edit.ArchiveInstitution.as_view(),
        name="institution_archive",
    ),
    path(
        "institutions/<int:pk>/restore/",
        institution_edit.RestoreInstitution.as_view(),
        name="institution_restore",
    ),
    path(
        "institutions/<int:pk>/contacts/new/",
        institution_edit.AddContact.as_view(),
        name="contact_new",
    ),
    path("institutions/<int:pk>/facts/", institution_edit.SetFact.as_view(), name="fact_set"),
    path("contacts/<int:pk>/edit/", institution_edit.ChangeContact.as_view(), name="contact_edit"),
    path(
        "contacts/<int:pk>/archive/",
        institution_edit.ArchiveContact.as_view(),
        name="contact_archive",
    ),
    path(
        "contacts/<int:pk>/suppress/",
        institution_edit.SuppressContact.as_view(),
        name="contact_suppress",
    ),
    path(
        "contacts/<int:pk>/unsuppress/",
        institution_edit.UnsuppressContact.as_view(),
        name="contact_unsuppress",
    ),
    path("imports/", directory.ImportList.as_view(), name="imports"),
    path("imports/new/", directory.UploadFile.as_view(), name="import_new"),
    path("imports/read/<str:sha256>/", directory.ReadFile.as_view(), name="import_read"),
    path("imports/<int:pk>/", directory.ImportPage.as_view(), name="import"),
    path("imports/<int:pk>/apply/", directory.ApplyImport.as_view(), name="import_apply"),
    path("imports/<int:pk>/again/", directory.PlanAgain.as_view(), name="import_again"),
    path("imports/<int:pk>/discard/", directory.DiscardImport.as_view(), name="import_discard"),
    path("imports/<int:pk>/rows/<int:line>/", directory.DecideRow.as_view(), name="import_decide"),
    path("grounds/", ground.GroundList.as_view(), name="grounds"),
    path("grounds/new/", ground.AddGround.as_view(), name="ground_new"),
    path("grounds/<int:pk>/", ground.GroundPage.as_view(), name="ground"),
    path("grounds/<int:pk>/edit/", ground.ChangeGround.as_view(), name="ground_edit"),
    path("grounds/<int:pk>/verify/", ground.VerifyGround.as_view(), name="ground_verify"),
    path("grounds/<int:pk>/archive/", ground.ArchiveGround.as_view(), name="ground_archive"),
    path("grounds/<int:pk>/restore/", ground.RestoreGround.as_view(), name="ground_restore"),
    path("calendar/", calendar.CalendarPage.as_view(), name="calendar"),
    path("calendar/new/", calendar.NewCalendar.as_view(), name="calendar_new"),
    path("calendar/close/", calendar.CloseCalendar.as_view(), name="calendar_close"),
    path("audit/", AuditLog.as_view(), name="audit"),
    path("audit/verify/", AuditVerify.as_view(), name="audit_verify"),
    path("campaigns/<int:pk>/history/", CampaignHistory.as_view(), name="campaign_history"),
    path("campaigns/", campaign.CampaignList.as_view(), name="campaigns"),
    path("campaigns/new/", campaign.CampaignNew.as_view(), name="campaign_new"),
    path("campaigns/<int:pk>/details/", campaign.CampaignDetails.as_view(), name="campaign"),
    path("campaigns/<int:pk>/edit/", campaign.CampaignEdit.as_view(), name="campaign_edit"),
    path(
        "campaigns/<int:pk>/grounds/", campaign.CampaignGrounds.as_view(), name="campaign_grounds"
    ),
    path(
        "campaigns/<int:pk>/archive/", campaign.CampaignArchive.as_view(), name="campaign_archive"
    ),
    path("campaigns/<int:pk>/reopen/", campaign.CampaignReopen.as_view(), name="campaign_reopen"),
    path("campaigns/<int:pk>/demands/new/", demand.DemandNew.as_view(), name="demand_new"),
    path("demands/<int:pk>/", demand.DemandEdit.as_view(), name="demand_edit"),
    path("demands/<int:pk>/move/", demand.DemandMove.as_view(), name="demand_move"),
    path("demands/<int:pk>/remove/", demand.DemandRemove.as_view(), name="demand_remove"),
    path("campaigns/<int:pk>/recipients/", recipients.RecipientList.as_view(), name="recipients"),
    path("campaigns/<int:pk>/choose/", recipients.ChooseRecipients.as_view(), name="choose"),
    path("recipients/<int:pk>/addressees/", addressees.Addressees.as_view(), name="addressees"),
    path(
        "recipients/<int:pk>/addressees/new/",
        addressees.AddresseeNew.as_view(),
        name="addressee_new",
    ),
    path("recipients/<int:pk>/standing/", standing.Override.as_view(), name="standing_override"),
    path("recipients/<int:pk>/standing/rule/", standing.ToRule.as_view(), name="standing_by_rule"),
    path("recipients/<int:pk>/more-time/", extensions.Ask.as_view(), name="extension_ask"),
    path("extensions/<int:pk>/give/", extensions.Give.as_view(), name="extension_give"),
    path("extensions/<int:pk>/refuse/", extensions.Refuse.as_view(), name="extension_refuse"),
    path("extensions/<int:pk>/withdraw/", extensions.Withdraw.as_view(), name="extension_withdraw"),
    path("campaigns/<int:pk>/more-time/", extensions.MoreTime.as_view(), name="more_time"),
    path("recipients/<int:pk>/counsel/", counsel.Appearance.as_view(), name="counsel_appeared"),
    path("recipients/<int:pk>/counsel/left/", counsel.CounselLeft.as_view(), name="counsel_left"),
    path("recipients/<int:pk>/direct/", counsel.AllowDirect.as_view(), name="direct_allow"),
    path(
        "recipients/<int:pk>/direct/forbid/", counsel.ForbidDirect.as_view(), name="direct_forbid"
    ),
    path("recipients/<int:pk>/withdraw/", addressees.Withdraw.as_view(), name="recipient_withdraw"),
    path(
        "recipients/<int:pk>/take-back/",
        addressees.TakeBack.as_view(),
        name="recipient_take_back",
    ),
    path("recipients/<int:pk>/facts/", facts.RecipientFacts.as_view(), name="recipient_facts"),
    path("recipients/<int:pk>/facts/new/", facts.FactNew.as_view(), name="sourced_fact_new"),
    path("sourced-facts/<int:pk>/", facts.FactEdit.as_view(), name="sourced_fact_edit"),
    path("sourced-facts/<int:pk>/remove/", facts.FactRemove.as_view(), name="sourced_fact_remove"),
    path("campaigns/<int:pk>/facts/", facts.SourcedFacts.as_view(), name="sourced_facts"),
    path("campaigns/<int:pk>/facts/file/", facts.TakeIn.as_view(), name="sourced_facts_file"),
    path("addressees/<int:pk>/", addressees.AddresseeEdit.as_view(), name="addressee_edit"),
    path(
        "addressees/<int:pk>/remove/", addressees.AddresseeRemove.as_view(), name="addressee_remove"
    ),
]
