"""The app that knows who is written to, why, on which ground, and where each stands."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from campaigns import menu, pills, roles

        post_migrate.connect(roles.sync_after_migrate, sender=self)
        pills.add_own()
        menu.add(
            menu.Entry(
                "Record",
                "Audit log",
                "campaigns:audit",
                "history",
                permission="campaigns.view_auditevent",
                order=900,
            ),
            menu.Entry(
                "Record",
                "People and roles",
                "admin:campaigns_user_changelist",
                "group",
                permission="campaigns.view_user",
                order=910,
            ),
        )
        menu.add_tabs(menu.Tab("History", "campaigns:campaign_history", order=90))
