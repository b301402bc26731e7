"""The staff pages of institutions, grounds, campaigns and recipients."""

from django.urls import URLPattern, URLResolver, path

from campaigns.views import addressees, campaign, demand, recipients
from campaigns.views.audit import AuditLog, AuditVerify, CampaignHistory

app_name = "campaigns"
urlpatterns: list[URLPattern | URLResolver] = [
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
    path("recipients/<int:pk>/withdraw/", addressees.Withdraw.as_view(), name="recipient_withdraw"),
    path(
        "recipients/<int:pk>/take-back/",
        addressees.TakeBack.as_view(),
        name="recipient_take_back",
    ),
    path("addressees/<int:pk>/", addressees.AddresseeEdit.as_view(), name="addressee_edit"),
    path(
        "addressees/<int:pk>/remove/", addressees.AddresseeRemove.as_view(), name="addressee_remove"
    ),
]
