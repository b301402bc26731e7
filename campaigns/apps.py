"""The app that knows who is written to, why, on which ground, and where each stands."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from campaigns import pills, roles

        post_migrate.connect(roles.sync_after_migrate, sender=self)
        pills.add_own()
