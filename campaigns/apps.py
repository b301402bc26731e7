"""The app that knows who is written to, why, on which ground, and where each stands."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from campaigns import checklist, guards, menu, pills, roles

        post_migrate.connect(roles.sync_after_migrate, sender=self)
        post_migrate.connect(guards.install_after_migrate, sender=self)
        pills.add_own()
        guards.add_own()
        checklist.add_own()
        menu.add(
            menu.Entry(
                "Directory",
                "Institutions",
                "campaigns:institutions",
                "account_balance",
                "campaigns.view_institution",
                order=20,
            ),
            menu.Entry(
                "Directory",
                "Imports",
                "campaigns:imports",
                "upload_file",
                "campaigns.import_institutions",
                order=21,
            ),
            menu.Entry(
                "Directory",
                "Grounds",
                "campaigns:grounds",
                "gavel",
                "campaigns.view_ground",
                order=22,
            ),
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
        menu.add(
            menu.Entry(
                "Work",
                "Campaigns",
                "campaigns:campaigns",
                "campaign",
                permission="campaigns.view_campaign",
                order=20,
            ),
        )
        menu.add(
            menu.Entry(
                "Work",
                "Calendar",
                "campaigns:calendar",
                "calendar_month",
                permission="campaigns.view_recipient",
                order=70,
            )
        )
        menu.add_tabs(
            menu.Tab("Details", "campaigns:campaign", order=20),
            menu.Tab("Recipients", "campaigns:recipients", order=30),
        )
