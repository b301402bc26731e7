"""Each role at each address: it opens what its permissions name, and nothing else."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from campaigns.roles import CLERK, COUNSEL, DRAFTER, MANAGER, ROLES, VIEWER
from tests.factories import make_user
from tests.letters import stages
from tests.test_urls import STAFF_PAGES
from tests.world import World, make_world

pytestmark = pytest.mark.django_db

# Who may decide what leaves the house. Written out, so that a permission given to another
# role by mistake is seen here.
DECIDERS = {
    "letters:mailing_start": {MANAGER, DRAFTER},
    "letters:mailing_cancel": {MANAGER, DRAFTER},
    "letters:follow_up_prepare": {MANAGER, DRAFTER},
    "letters:ladder": {MANAGER},
    "letters:letter_void": {MANAGER, DRAFTER},
    "letters:letter_place": {MANAGER, DRAFTER},
    "letters:letter_person": {MANAGER, DRAFTER},
    "letters:letter_open": {COUNSEL},
    # The pages of a letter hold the code with which its recipient answers.
    "letters:letter_read": {MANAGER, DRAFTER, COUNSEL, CLERK},
    "letters:letter_pdf": {MANAGER, DRAFTER, COUNSEL, CLERK},
    "letters:letter_page": {MANAGER, DRAFTER, COUNSEL, CLERK},
    "letters:outbox_attachment": {MANAGER, DRAFTER, COUNSEL, CLERK},
    "letters:mailing_approve": {COUNSEL},
    "letters:mailing_give_back": {COUNSEL},
    "letters:mailing_gap": {COUNSEL},
    "letters:mailing_pack": {MANAGER, CLERK},
    "letters:mailing_emails": {MANAGER, CLERK},
    "letters:pack_posted": {MANAGER, CLERK},
    "letters:pack_file": {MANAGER, CLERK},
    "letters:letter_resend": {MANAGER, CLERK},
    "letters:dispatch_settle": {MANAGER, CLERK},
    "letters:dispatch_bounced": {MANAGER, CLERK},
    "letters:dispatch_release": {MANAGER, CLERK},
    "letters:portal_keys": {MANAGER},
    "letters:portal_keys_reissue": {MANAGER},
    "letters:inbox_add": {MANAGER, DRAFTER, CLERK},
    "letters:inbox_file": {MANAGER, DRAFTER, CLERK},
    "letters:incoming_recipient": {MANAGER, DRAFTER, CLERK},
    "letters:incoming_aside": {MANAGER, DRAFTER, CLERK},
    "letters:coding_record": {MANAGER, DRAFTER, CLERK},
    "letters:response_new": {MANAGER, DRAFTER, CLERK},
    "letters:request_new": {MANAGER, DRAFTER, CLERK},
    "letters:tasks_decide": {MANAGER, DRAFTER, COUNSEL, CLERK},
    "letters:answers_decide": {MANAGER, DRAFTER, COUNSEL},
    "letters:template_new": {MANAGER, DRAFTER},
    "letters:letterhead_edit": {MANAGER, DRAFTER},
    "campaigns:campaign_new": {MANAGER},
    "campaigns:demand_edit": {MANAGER},
    "campaigns:choose": {MANAGER},
    "campaigns:import_new": {MANAGER},
    "campaigns:standing_override": {MANAGER, COUNSEL},
    "campaigns:standing_by_rule": {MANAGER, COUNSEL},
    "campaigns:ground_verify": {COUNSEL},
    "campaigns:extension_ask": {MANAGER, DRAFTER, CLERK},
    "campaigns:extension_give": {MANAGER, COUNSEL},
    "campaigns:extension_refuse": {MANAGER, COUNSEL},
    "campaigns:extension_withdraw": {MANAGER, COUNSEL},
    "campaigns:more_time": {MANAGER, COUNSEL},
    "letters:confirm_extensions": {MANAGER, DRAFTER},
    "campaigns:ground_edit": {MANAGER, DRAFTER, COUNSEL},
    "campaigns:institution_edit": {MANAGER, DRAFTER, CLERK},
}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, settings) -> World:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"
    stages.set_with(monkeypatch, stages.quick_pdf)
    return make_world()


def status(answer: Any) -> int:
    """Of an answer that is read to its end, since a file that is being sent is open until then."""
    answer.getvalue()
    return int(answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_its_permissions_name_and_nothing_else(world: World, role: str):
    person, client = make_user(role), Client()
    client.force_login(person)
    for address in STAFF_PAGES:
        needed = address.view.view_class.permission_required  # type: ignore[attr-defined]
        allowed = person.has_perms((needed,) if isinstance(needed, str) else needed)
        answers = []
        for ask in (client.get, client.post):
            with transaction.atomic():
                answers.append(status(ask(world.url(address))))
                transaction.set_rollback(True)
        if not allowed:
            assert set(answers) == {403}, (address.name, answers)
        else:
            assert set(answers) - {403, 405}, (address.name, answers)


@pytest.mark.parametrize("name", DECIDERS)
def test_what_leaves_the_house_is_decided_by_these_roles_alone(name: str):
    (address,) = [one for one in STAFF_PAGES if one.name == name]
    needed = address.view.view_class.permission_required  # type: ignore[attr-defined]
    assert {role for role in ROLES if make_user(role).has_perm(needed)} == DECIDERS[name]


def test_a_viewer_changes_nothing(world: World):
    client = Client()
    client.force_login(make_user(VIEWER))
    open_to_it = []
    for address in STAFF_PAGES:
        with transaction.atomic():
            if status(client.post(world.url(address))) not in (403, 405):
                open_to_it.append(address.name)
            transaction.set_rollback(True)
    # They show, or check, and write nothing but that a list or report was taken out; the
    # calendar and the saved filters are a person's own.
    assert sorted(open_to_it) == [
        "campaigns:audit_verify",
        "campaigns:calendar_close",
        "campaigns:calendar_new",
        "letters:board_export",
        "letters:filter_remove",
        "letters:filter_save",
        "letters:status_report",
        "letters:template_pdf",
        "letters:template_preview",
    ]
