"""Counsel of record: letters go to counsel only, and past it in writing only."""

import datetime

import pytest

from campaigns import audit
from campaigns.actions import counsel
from campaigns.actions.addressee import ContactOfAnother
from campaigns.models import Addressee, Contact, Recipient
from tests.factories import make_campaign, make_institution, make_recipient, make_user

pytestmark = pytest.mark.django_db
DAY = datetime.date(2026, 11, 2)


@pytest.fixture
def recipient() -> Recipient:
    return make_recipient(make_campaign())


def lawyer(recipient: Recipient, **fields) -> Contact:
    return Contact.objects.create(
        **{
            "institution": recipient.institution,
            "role": "outside-counsel",
            "name": "Pat Lawyer",
            "source": "letter of November 2",
            **fields,
        }
    )


def appear(recipient: Recipient, **fields) -> Recipient:
    return counsel.appear(
        **{
            "recipient": recipient,
            "counsel": fields.pop("counsel", None) or lawyer(recipient),
            "on": DAY,
            "by": make_user("clerk"),
            **fields,
        }
    )


def to(recipient: Recipient) -> list[str]:
    standing = recipient.addressees.filter(archived_at=None).order_by("pk")
    return [str(one) for one in standing]


def test_once_counsel_has_appeared_letters_go_to_counsel_only(recipient):
    Addressee.objects.create(recipient=recipient, kind="copy", name="Somebody Else")
    recipient = appear(recipient)
    assert recipient.counsel_appeared_on == DAY
    assert to(recipient) == ["Pat Lawyer"]
    assert recipient.addressees.count() == 3  # the others stay on record
    event = audit.history(recipient)[0]
    assert event.verb == "recipient.counsel_appeared" and "Dr. Robin Example" in event.payload


def test_a_general_counsel_who_was_copied_becomes_the_addressee(recipient):
    general = lawyer(recipient, role="counsel")
    Addressee.objects.create(recipient=recipient, kind="copy", contact=general)
    appear(recipient, counsel=general)
    (one,) = recipient.addressees.filter(archived_at=None)
    assert (one.contact, one.kind) == (general, "to")


@pytest.mark.parametrize("own", [{"name": "Dean Jones"}, {"email": "dean@example.invalid"}])
def test_an_addressee_in_counsels_place_with_a_name_or_mail_of_its_own_is_removed(recipient, own):
    general = lawyer(recipient, role="counsel")
    Addressee.objects.create(recipient=recipient, contact=general, **own)
    appear(recipient, counsel=general)
    (one,) = recipient.addressees.filter(archived_at=None)
    assert (one.contact, one.name, one.email) == (general, "", "")


def test_a_new_counsel_ends_the_permission_to_write_past_the_former_one(recipient):
    appear(recipient)
    approver = make_user("counsel")
    counsel.allow_direct(recipient=recipient, reason="Asked for by counsel.", by=approver)
    recipient = appear(recipient, counsel=lawyer(recipient, name="Sam Second"))
    assert recipient.direct_allowed_at is None
    assert to(recipient) == ["Pat Lawyer", "Sam Second"]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"role": "dean"}, counsel.NotCounsel),
        ({"archived_at": "2026-11-01T00:00Z"}, counsel.NotCounsel),
        (
            {"suppressed_at": "2026-11-01T00:00Z", "suppressed_reason": "Asked."},
            counsel.NotCounsel,
        ),
    ],
)
def test_only_a_lawyer_on_record_appears(recipient, fields, refusal):
    with pytest.raises(refusal, match="role of counsel"):
        appear(recipient, counsel=lawyer(recipient, **fields))
    assert to(recipient) == ["Dr. Robin Example"]


def test_the_lawyer_of_another_institution_does_not_appear(recipient):
    stranger = lawyer(make_recipient(make_campaign(), make_institution()))
    with pytest.raises(ContactOfAnother):
        appear(recipient, counsel=stranger)


def test_counsel_does_not_appear_tomorrow(recipient):
    with pytest.raises(counsel.NotYet):
        appear(recipient, on=datetime.date(2099, 1, 1))


def test_letters_past_counsel_are_allowed_by_an_approver_with_a_reason(recipient):
    recipient = appear(recipient)
    approver = make_user("counsel")
    with pytest.raises(counsel.MayNotAllow):
        counsel.allow_direct(recipient=recipient, reason="x", by=make_user("manager"))
    with pytest.raises(counsel.ReasonMissing):
        counsel.allow_direct(recipient=recipient, reason=" ", by=approver)
    recipient = counsel.allow_direct(recipient=recipient, reason="Counsel asked.", by=approver)
    assert (recipient.direct_allowed_by, recipient.direct_allowed_reason) == (
        approver,
        "Counsel asked.",
    )
    assert audit.history(recipient)[0].verb == "recipient.direct_allowed"
    with pytest.raises(counsel.MayNotAllow):
        counsel.forbid_direct(recipient=recipient, by=make_user("manager"))
    recipient = counsel.forbid_direct(recipient=recipient, by=approver)
    assert recipient.direct_allowed_at is None


def test_where_nobody_appeared_nothing_is_allowed_and_nobody_leaves(recipient):
    with pytest.raises(counsel.NotRepresented):
        counsel.allow_direct(recipient=recipient, reason="x", by=make_user("counsel"))
    with pytest.raises(counsel.NotRepresented):
        counsel.leave(recipient=recipient, reason="x", by=make_user("counsel"))


def test_counsel_leaves_with_a_reason(recipient):
    recipient = appear(recipient)
    with pytest.raises(counsel.ReasonMissing):
        counsel.leave(recipient=recipient, reason="", by=make_user("counsel"))
    recipient = counsel.leave(recipient=recipient, reason="Their letter.", by=make_user("counsel"))
    assert recipient.counsel_appeared_on is None
    assert audit.history(recipient)[0].verb == "recipient.counsel_left"


@pytest.mark.parametrize("role", ["clerk", "drafter", "manager"])
def test_who_records_answers_does_not_end_a_representation(recipient, role):
    recipient = appear(recipient)
    with pytest.raises(counsel.MayNotAllow, match="an approver can"):
        counsel.leave(recipient=recipient, reason="I say so.", by=make_user(role))
    recipient.refresh_from_db()
    assert recipient.counsel_appeared_on == DAY


def test_nothing_is_kept_where_the_record_fails(recipient, monkeypatch):
    chosen = lawyer(recipient)
    monkeypatch.setattr(counsel.audit, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        appear(recipient, counsel=chosen)
    recipient.refresh_from_db()
    assert recipient.counsel_appeared_on is None
    assert to(recipient) == ["Dr. Robin Example"]
