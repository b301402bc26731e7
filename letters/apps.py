"""The app that knows what was written, what exactly was sent, how, and what came back."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "letters"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from campaigns import guards, menu
        from letters import checklist, lifecycle, pills, roles

        post_migrate.connect(roles.sync_after_migrate, sender=self)
        guards.add(*lifecycle.guards())
        post_migrate.connect(guards.install_after_migrate, sender=self)
        pills.add_own()
        checklist.add_own()
        menu.add(menu.Entry("Work", "Home", "letters:home", "home", order=10, exact=True))
        menu.add(
            menu.Entry(
                "Work",
                "Tasks",
                "letters:tasks",
                "task_alt",
                permission="campaigns.view_task",
                order=15,
            )
        )
        menu.add(
            menu.Entry(
                "Work",
                "Inbox",
                "letters:inbox",
                "inbox",
                permission="letters.view_response",
                order=55,
            )
        )
        menu.add(
            menu.Entry(
                "Work",
                "Portfolio",
                "letters:portfolio",
                "leaderboard",
                permission="campaigns.view_recipient",
                order=25,
            )
        )
        menu.add(
            menu.Entry(
                "Work",
                "Outbox",
                "letters:outbox",
                "outbox",
                permission="letters.view_dispatch",
                order=60,
            )
        )
        menu.add_tabs(menu.Tab("Board", "letters:board", order=10))
        menu.add_tabs(menu.Tab("Mailings", "letters:mailings", order=60))
        menu.add_tabs(menu.Tab("Follow-ups", "letters:follow_ups", order=65))
        menu.add_tabs(menu.Tab("Responses", "letters:responses", order=70))
        menu.add(
            menu.Entry(
                "Work",
                "Letterheads",
                "letters:letterheads",
                "ink_pen",
                permission="letters.view_letterhead",
                order=40,
            )
        )
        menu.add(
            menu.Entry(
                "Work",
                "Clauses",
                "letters:clauses",
                "format_quote",
                permission="letters.view_lettertemplate",
                order=45,
            )
        )
        menu.add_tabs(
            menu.Tab("Sender", "letters:sender", order=40),
            menu.Tab("Letter", "letters:templates", order=50),
        )
