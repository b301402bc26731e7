"""The inbox as a clerk works through it: the list, the split view, one decision and many."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from campaigns.models import AuditEvent, Contact
from letters.actions import coding, request
from letters.actions import incoming as actions
from letters.inbound import pages
from letters.models import Coding, Incoming, ReadFile, Request, Response, ScannedFile
from tests.factories import make_campaign, make_mailing, make_sealed_letter, make_user, make_version
from tests.letters.actions.test_record_alike import TEXT, reply
from tests.letters.actions.test_respond import DEAN, by_portal, by_post, item
from tests.letters.inbound.mails import mail, scan, taken, typed_pdf

pytestmark = pytest.mark.django_db
INBOX = "/staff/inbox/"


@pytest.fixture
def person():
    return make_user("clerk", first_name="Chris", last_name="Clerk")


@pytest.fixture
def clerk(client, person):
    client.force_login(person)
    return client


@pytest.fixture
def letter():
    return make_sealed_letter()


@pytest.fixture
def came(letter):
    return taken(mail(f"We decline demand 1. ({letter.reference})"))


def html(client, address, **query) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def items(client, **query) -> list:
    return [row.item for row in client.get(INBOX, query).context["rows"]]


def submit(client, came, **changes):
    return client.post(
        came.get_absolute_url(),
        {
            "act": "record",
            "kind": "answer",
            "received_on": "2026-11-02",
            "name": "Dana Dean",
            "demand-1-outcome": "declined",
            "demand-1-quotation": "We decline demand 1.",
            "demand-1-page": "1",
            **changes,
        },
    )


class TestTheList:
    def test_what_waits_and_what_is_on_record_stand_in_one_list_unread_first(
        self, clerk, letter, came
    ):
        read = by_post(letter.recipient)
        unread = by_portal(letter)
        assert items(clerk) == [came, unread, read]

    def test_it_is_chosen_by_what_it_is_and_by_words(self, clerk, person, letter, came):
        answer = by_portal(letter)
        held = taken(mail("zebra", From="Lee <l@far.example>", Message_ID="<2@x>"))
        auto = taken(mail("x", Auto_Submitted="auto-replied", Message_ID="<3@x>"))
        actions.take_on(incoming=came, by=person)
        actions.set_aside(incoming=auto, reason="Away", now=timezone.now(), by=person)
        actions.mark(item=held, read=True, by=person, now=timezone.now())
        assert set(items(clerk, show="waiting")) == {came, held}
        assert items(clerk, show="held") == [held]
        assert set(items(clerk, show="unread")) == {came, answer}
        assert items(clerk, show="mine") == [came]
        assert items(clerk, show="aside") == [auto]
        assert items(clerk, q="zebra far.example") == [held]
        assert set(items(clerk, q=letter.recipient.institution.name)) == {came, answer}
        assert items(clerk, q=letter.reference.lower(), channel="email") == [came]
        assert items(clerk, campaign=letter.recipient.campaign_id, kind="bounce") == []
        assert items(clerk, q="no such words") == []

    def test_what_was_recorded_is_listed_once_as_a_response(self, clerk, came):
        submit(clerk, came)
        assert items(clerk) == [Response.objects.get()]

    def test_the_counts_lead_to_their_rows(self, clerk, came):
        page = html(clerk, INBOX)
        assert re.search(r'href="\?show=waiting"[^>]*><span>1</span><span>to be classified', page)

    def test_an_empty_inbox_and_an_empty_filter_say_what_to_do(self, clerk, came):
        assert "Nothing passes these filters" in html(clerk, INBOX, q="zzz")
        Incoming.objects.all()._raw_delete("default")
        assert "Nothing has come in" in html(clerk, INBOX)

    def test_it_takes_the_same_queries_for_3_and_30(self, clerk, query_count):
        mailing = make_mailing(make_version(make_campaign()))

        def add(count):
            for number in range(count):
                letter = make_sealed_letter(mailing)
                taken(mail(letter.reference, Message_ID=f"<{letter.pk}-{number}@x>"))
                by_portal(letter, submission=letter.reference)

        add(1)
        few = query_count(clerk, INBOX)
        add(8)
        assert query_count(clerk, INBOX) == few

    def test_the_chosen_are_marked_as_read(self, clerk, letter, came):
        answer = by_portal(letter)
        chosen = {"act": "read", "incoming": came.pk, "response": answer.pk}
        clerk.post(reverse("letters:inbox_file"), chosen)
        assert items(clerk, show="unread") == []

    def test_automatic_replies_are_filed_at_once_and_each_row_is_answered_for(
        self, clerk, letter, came
    ):
        auto = taken(mail(letter.reference, Auto_Submitted="auto-replied", Message_ID="<2@x>"))
        answer = by_portal(letter)
        page = clerk.post(
            reverse("letters:inbox_file"),
            {"act": "file", "incoming": [auto.pk, came.pk], "response": answer.pk},
        ).content.decode()
        assert "1 done, 1 skipped, 1 refused" in page
        assert "may be an answer" in page
        nothing = clerk.post(reverse("letters:inbox_file"), {"act": "file"}, follow=True)
        assert "Nothing was chosen" in nothing.content.decode()


class TestAdding:
    def test_its_buttons_say_what_they_do_and_lead_back(self, clerk):
        page = html(clerk, reverse("letters:inbox_add"))
        assert ">Add to the inbox</button>" in page
        assert f'<a class="cs-button" href="{INBOX}">Back</a>' in page

    def add(self, client, *files, **changes):
        given = {"documents": files, "channel": "post", "received_on": "2026-11-03", **changes}
        return client.post(reverse("letters:inbox_add"), given)

    def test_each_file_is_answered_for(self, clerk, letter):
        page = self.add(
            clerk,
            SimpleUploadedFile("one.eml", mail(letter.reference)),
            SimpleUploadedFile("again.eml", mail(letter.reference)),
            SimpleUploadedFile("scan.png", scan()),
            SimpleUploadedFile("notes.txt", b"hello"),
        ).content.decode()
        assert "2 done, 1 skipped, 1 refused" in page
        for words in ("It names the reference", "It came in before", "Held", "is not a PDF"):
            assert words in page
        assert Incoming.objects.count() == 2
        assert Incoming.objects.get(media_type="image/png").received_on.isoformat() == "2026-11-03"

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"documents": []}, "required"),
            ({"received_on": "2999-01-01"}, "still ahead"),
            ({"channel": "portal"}, "valid choice"),
        ],
    )
    def test_what_cannot_be_added_is_said(self, clerk, changes, says):
        page = self.add(clerk, SimpleUploadedFile("a.png", scan()), **changes)
        assert says in page.content.decode()
        assert not Incoming.objects.exists()

    def test_too_many_at_once_are_refused(self, clerk):
        many = [SimpleUploadedFile(f"{n}.png", b"x") for n in range(21)]
        assert "At most 20" in self.add(clerk, *many).content.decode()


class TestTheSplitView:
    def test_opening_it_changes_nothing(self, clerk, came):
        events = AuditEvent.objects.count()
        html(clerk, came.get_absolute_url())
        came.refresh_from_db()
        assert came.read_at is None
        assert AuditEvent.objects.count() == events

    def test_it_shows_the_words_and_which_phrase_suggests_what(self, clerk, came):
        page = html(clerk, came.get_absolute_url())
        assert "We <mark>decline demand</mark> 1." in page
        assert "<b>Declined</b>" in page
        assert "“decline demand”" in page
        assert "selected>Declined" not in page

    def test_a_suggestion_is_filled_in_only_where_the_person_asks(self, clerk, came):
        for use in ("all", "1.0"):
            page = html(clerk, came.get_absolute_url(), use=use)
            assert '<option value="declined" selected>' in page
        assert re.search(r'data-fills="demand-1" data-outcome="declined"[^>]* data-clear', page)
        page = html(clerk, came.get_absolute_url(), use="2.0")
        assert "selected>Declined" not in page
        came.refresh_from_db()
        assert came.is_waiting

    def test_recording_leads_to_the_next(self, clerk, letter, came):
        other = taken(mail("later", From="l@far.example", Message_ID="<2@x>"))
        page = clerk.get(came.get_absolute_url())
        following = page.context["following"]
        assert other.get_absolute_url() in (following, page.context["previous"])
        done = submit(clerk, came, following=other.get_absolute_url())
        assert done.url == other.get_absolute_url()
        answer = letter.recipient.answers.get(demand__number=1)
        assert answer.outcome == "declined"
        assert answer.current_entry.response_item.quotation == "We decline demand 1."

    def test_a_way_on_that_leads_elsewhere_is_not_followed(self, clerk, came):
        assert submit(clerk, came, following="https://evil.example/").url == INBOX

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"name": ""}, "Name: This field is required."),
            ({"demand-1-outcome": ""}, "Choose an answer to go with the quotation."),
            ({"kind": "acknowledgement"}, "A demand is answered below"),
            ({"received_on": "2999-01-01"}, "still ahead"),
        ],
    )
    def test_what_cannot_be_recorded_is_said_and_kept(self, clerk, came, changes, says):
        page = submit(clerk, came, note="Typed & kept", **changes)
        assert page.status_code == 422
        assert says in page.content.decode()
        assert "Typed &amp; kept" in page.content.decode()
        assert not Response.objects.exists()

    def test_what_is_of_nobody_known_asks_whose_it_is(self, clerk, letter):
        Contact.objects.create(
            institution=letter.recipient.institution, name="Pat", email="pat@school.example"
        )
        held = taken(mail("Hello"))
        page = html(clerk, held.get_absolute_url())
        assert "Whose is it?" in page
        assert "Its addresses are at school.example." in page
        assert 'name="demand-1-outcome"' not in page
        found = html(clerk, held.get_absolute_url(), find=letter.reference.replace("-", " "))
        assert "It is theirs" in found
        chosen = {"recipient": letter.recipient_id}
        clerk.post(reverse("letters:incoming_recipient", args=[held.pk]), chosen)
        held.refresh_from_db()
        assert (held.recipient, held.letter) == (letter.recipient, letter)
        assert submit(clerk, held).status_code == 302

    def test_the_keys_lead_on_from_what_is_of_nobody_known_too(self, clerk):
        page = html(clerk, taken(mail("No number")).get_absolute_url())
        assert page.count("data-keys>") == 1
        assert 'data-key="x"' in page

    def test_nothing_is_recorded_for_nobody(self, clerk):
        held = taken(mail("Hello", From="x@far.example"))
        assert submit(clerk, held).url == held.get_absolute_url()
        assert not Response.objects.exists()

    def test_a_sender_that_is_not_known_is_said(self, clerk, letter, came):
        assert "is not one of this recipient’s" in html(clerk, came.get_absolute_url())
        Contact.objects.create(
            institution=letter.recipient.institution, name="D", email="dana@school.example"
        )
        assert "is not one of this recipient’s" not in html(clerk, came.get_absolute_url())

    def test_pages_are_pictures_of_ours_and_files_are_downloads(self, clerk, letter):
        came = taken(
            mail(
                letter.reference,
                files=(("a.pdf", typed_pdf("As to demand 2 we confirm it.")), ("b.exe", b"MZ")),
            )
        )
        page = html(clerk, came.get_absolute_url())
        picture = reverse("letters:inbox_page", args=[ReadFile.objects.get().pk, 1])
        assert f'src="{picture}"' in page
        assert clerk.get(picture)["Content-Type"] == "image/jpeg"
        assert clerk.get(picture.replace("/1/", "/9/")).status_code == 404
        assert "page 2" in page
        assert "b.exe is not a PDF" in page
        for name, pk in (
            ("incoming_original", came.pk),
            ("incoming_file", came.files.exclude(sha256="").get().pk),
        ):
            answer = clerk.get(reverse(f"letters:{name}", args=[pk]))
            assert answer["Content-Disposition"].startswith("attachment")
            assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert b"".join(answer.streaming_content)

    def test_what_the_scanner_has_not_seen_is_neither_shown_nor_given_nor_recorded(
        self, clerk, letter, settings
    ):
        files = (("reply.pdf", typed_pdf("We confirm.")),)
        came = taken(mail(f"See {letter.reference}", files=files))
        file = came.files.get()
        settings.CLAMD = "tcp://127.0.0.1:1"
        page = html(clerk, came.get_absolute_url())
        assert "has not looked at all of it yet" in page
        assert "<img class" not in page and "/file" not in page and "as it came<" not in page
        for name, pk in (("incoming_original", came.pk), ("incoming_file", file.pk)):
            answer = clerk.get(reverse(f"letters:{name}", args=[pk]), follow=True)
            assert "is held: the virus scanner has not looked at it" in answer.content.decode()
        assert submit(clerk, came).status_code == 422
        assert not Response.objects.exists()
        for sha256 in (came.sha256, file.sha256):
            ScannedFile.objects.create(sha256=sha256, scanned_at=timezone.now())
        page = html(clerk, came.get_absolute_url())
        assert "Held" not in page and "<img class" in page and "as it came<" in page
        assert clerk.get(reverse("letters:incoming_file", args=[file.pk])).status_code == 200
        assert submit(clerk, came).status_code == 302

    def test_where_a_virus_was_found_the_words_are_recorded_and_the_file_is_held(
        self, clerk, came, settings
    ):
        ScannedFile.objects.create(
            sha256=came.sha256, found="Eicar-Test-Signature", scanned_at=timezone.now()
        )
        assert "The scanner found a virus in it" in html(clerk, came.get_absolute_url())
        answer = clerk.get(reverse("letters:incoming_original", args=[came.pk]), follow=True)
        assert "the scanner found Eicar-Test-Signature" in answer.content.decode()
        assert submit(clerk, came).status_code == 302
        assert Response.objects.get().documents.get().is_held

    def test_a_scan_without_text_says_that_a_person_reads_it(self, clerk, letter):
        came = taken(scan(), name=f"{letter.reference}.png")
        assert "pictures without text" in html(clerk, came.get_absolute_url())

    def test_what_was_typed_from_outside_is_shown_as_text(self, clerk, letter):
        nasty = f"<img src=x onerror=alert(1)> {letter.reference}"
        came = taken(mail(nasty, Subject="<b>hi</b>", From='"<i>x</i>" <a@b.example>'))
        page = html(clerk, came.get_absolute_url())
        assert "<img src=x" not in page
        assert "<b>hi</b>" not in page

    def test_buttons_take_on_set_aside_and_take_up_again(self, clerk, person, came):
        clerk.post(reverse("letters:incoming_take", args=[came.pk]))
        assert Incoming.objects.get().taken_by == person
        clerk.post(reverse("letters:incoming_take", args=[came.pk]))
        assert Incoming.objects.get().taken_by is None
        refused = clerk.post(
            reverse("letters:incoming_aside", args=[came.pk]), {"reason": ""}, follow=True
        )
        assert "Say why it is no response" in refused.content.decode()
        odd = clerk.post(
            reverse("letters:incoming_aside", args=[came.pk]), {"reason": "A\x00d"}, follow=True
        )
        assert "Set aside by" not in odd.content.decode()
        clerk.post(reverse("letters:incoming_aside", args=[came.pk]), {"reason": "Advertising"})
        assert "Set aside by Chris Clerk" in html(clerk, came.get_absolute_url())
        clerk.post(reverse("letters:incoming_again", args=[came.pk]))
        assert Incoming.objects.get().is_waiting

    def test_a_viewer_reads_and_decides_nothing(self, client, came):
        client.force_login(make_user("viewer"))
        page = html(client, came.get_absolute_url())
        assert 'id="reading"' not in page
        assert submit(client, came).status_code == 403

    def test_a_long_document_takes_no_more_queries(self, clerk, letter, query_count):
        few = taken(typed_pdf(letter.reference), name="a.pdf")
        many = taken(typed_pdf(letter.reference, *["more"] * 20), name="b.pdf")
        address = few.get_absolute_url()
        assert query_count(clerk, address) == query_count(clerk, many.get_absolute_url())


class TestResponses:
    def test_a_response_is_read_beside_its_documents_and_marked(self, clerk, person, letter):
        from letters import uploads

        kept = uploads.keep(uploads.check("a.pdf", typed_pdf("We confirm.")))
        answer = by_portal(letter, documents=[kept])
        address = reverse("letters:inbox_response", args=[answer.pk])
        assert "not made yet" in html(clerk, address)
        pages.read_waiting(seconds=60)
        assert 'class="cs-came"' in html(clerk, address)
        answer.refresh_from_db()
        assert answer.read_at is None
        clerk.post(reverse("letters:response_mark", args=[answer.pk]))
        answer.refresh_from_db()
        assert answer.read_by == person
        clerk.post(reverse("letters:response_mark", args=[answer.pk]), {"read": "no"})
        answer.refresh_from_db()
        assert answer.read_by is None

    def test_what_was_asked_for_is_named_in_the_list_and_read_and_decided_there(
        self, clerk, letter
    ):
        asked = request.ask(
            letter=letter,
            wish=request.Wish(Request.Kind.COUNSEL, name="Lee Firm", words="In this matter."),
            respondent=DEAN,
            email="",
            submission="one",
            now=timezone.now(),
        )
        assert "Letters to counsel" in html(clerk, INBOX)
        page = html(clerk, reverse("letters:inbox_response", args=[asked.pk]))
        assert "Lee Firm" in page
        assert "In this matter." in page
        assert reverse("campaigns:counsel_appeared", args=[letter.recipient_id]) in page


class TestCodings:
    def coded(self, came, by, outcome):
        reading = [item(came.recipient, 1, outcome, quotation="As read")]
        return coding.code(incoming=came, kind="answer", items=reading, now=timezone.now(), by=by)

    def test_a_reading_is_kept_for_comparison_and_needs_no_name(self, clerk, came):
        done = submit(clerk, came, act="code", name="")
        assert done.url == reverse("letters:codings", args=[came.pk])
        assert Coding.objects.get().items.get().outcome == "declined"
        assert not Response.objects.exists()

    def test_others_readings_are_hidden_until_one_has_read_or_gives_up(self, clerk, came):
        self.coded(came, make_user("drafter", first_name="Zoe"), "complied")
        address = reverse("letters:codings", args=[came.pk])
        page = html(clerk, address)
        assert "Zoe" not in page and "1 coding so far" in page
        clerk.post(reverse("letters:codings_look", args=[came.pk]))
        assert "Zoe" in html(clerk, address)
        refused = submit(clerk, came, act="code")
        assert refused.status_code == 422
        assert "You have looked" in refused.content.decode()

    def test_one_is_chosen_and_recorded(self, clerk, person, came):
        self.coded(came, person, "declined")
        chosen = self.coded(came, make_user("drafter", first_name="Zoe"), "complied")
        page = html(clerk, reverse("letters:codings", args=[came.pk]))
        assert "1 of 2 readings agree (50%)" in page
        record = reverse("letters:coding_record", args=[chosen.pk])
        assert "Give the name" in clerk.post(record, {"name": ""}, follow=True).content.decode()
        done = clerk.post(record, {"name": "Dana"}, follow=True).content.decode()
        assert "What Zoe read is recorded as R-" in done
        answer = came.recipient.answers.get(demand__number=1)
        assert answer.outcome == "complied"

    def test_the_campaign_s_page_shows_agreement_or_what_to_do(self, clerk, person, came):
        address = reverse("letters:agreement", args=[came.recipient.campaign_id])
        assert "No letter was coded by two people" in html(clerk, address)
        self.coded(came, person, "declined")
        self.coded(came, make_user("drafter", first_name="Zoe"), "complied")
        page = html(clerk, address)
        assert "of 2 readings agree" in page
        assert "Zoe" in page


class TestAlike:
    @pytest.fixture
    def group(self):
        mailing = make_mailing(make_version(make_campaign()))
        return [reply(make_sealed_letter(mailing), From=f"Pat {n} <p@x.example>") for n in "ab"] + [
            reply(make_sealed_letter(mailing), TEXT + " Thank you.")
        ]

    def record(self, client, group, **changes):
        return client.post(
            reverse("letters:inbox_group", args=[group[0].pk]),
            {
                "row": [group[0].pk, group[1].pk],
                "kind": "answer",
                "demand-1-outcome": "declined",
                "demand-1-quotation": "respectfully declines to provide",
                "count": "2",
                **changes,
            },
        )

    def test_groups_are_listed_and_identical_ones_are_ticked(self, clerk, group):
        page = html(clerk, reverse("letters:inbox_alike"))
        assert reverse("letters:inbox_group", args=[group[0].pk]) in page
        shown = html(clerk, reverse("letters:inbox_group", args=[group[2].pk]))
        assert shown.count('name="row"') == 2
        assert len(re.findall(r'name="row"[^>]* checked', shown)) == 2
        assert not re.search(r'name="near"[^>]* checked', shown)
        assert "<ins> thank you</ins>" in shown
        assert "2 more say the same" in html(clerk, INBOX)

    def test_they_are_recorded_together_and_each_is_answered_for(self, clerk, group):
        page = self.record(clerk, group).content.decode()
        assert "2 done" in page
        assert Response.objects.count() == 2

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"count": "3"}, "You typed 3; 2 are chosen"),
            ({"count": "x"}, "You typed 0"),
            ({"demand-1-outcome": ""}, "Choose an answer"),
            ({"demand-1-outcome": "will_comply"}, "Select a valid choice"),
        ],
    )
    def test_what_cannot_be_recorded_is_said(self, clerk, group, changes, says):
        page = self.record(clerk, group, **changes)
        assert page.status_code == 422
        assert says in page.content.decode()
        assert not Response.objects.exists()

    def test_a_group_of_which_none_waits_says_so(self, clerk, group):
        self.record(clerk, group, near=[group[2].pk], count="3")
        shown = html(clerk, reverse("letters:inbox_group", args=[group[0].pk]))
        assert "None of them waits any more" in shown
        assert "No two replies" in html(clerk, reverse("letters:inbox_alike"))
