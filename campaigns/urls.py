"""The staff pages of institutions, grounds, campaigns and recipients."""

from django.urls import URLPattern, URLResolver, path

from campaigns.views.audit import AuditLog, AuditVerify, CampaignHistory

app_name = "campaigns"
urlpatterns: list[URLPattern | URLResolver] = [
    path("audit/", AuditLog.as_view(), name="audit"),
    path("audit/verify/", AuditVerify.as_view(), name="audit_verify"),
    path("campaigns/<int:pk>/history/", CampaignHistory.as_view(), name="campaign_history"),
]
