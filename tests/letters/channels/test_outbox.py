"""The embedded outbox: whole files, listed, looked up, and nothing outside its folder."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from letters.channels import NotTaken, outbox


@pytest.fixture(autouse=True)
def outbox_backend(settings) -> None:
    settings.EMAIL_BACKEND = "letters.channels.outbox.OutboxBackend"


def send(subject: str = "Hello", to: str = "dean@example.invalid", **fields) -> None:
    message = EmailMessage(subject, "The text.\n", to=[to], **fields)
    message.attach("letter.pdf", b"%PDF-1.7", "application/pdf")
    message.send()


def test_each_message_is_one_whole_file(settings):
    send()
    send()
    names = [path.suffix for path in Path(settings.OUTBOX_DIR).iterdir()]
    assert names == [".eml", ".eml"]


def test_messages_are_listed_newest_first_and_searched():
    send("First", "one@example.invalid", headers={"Message-ID": "<a.1@example.invalid>"})
    send("Second", "two@example.invalid")
    assert [one.subject for one in outbox.listing()] == ["Second", "First"]
    assert [one.subject for one in outbox.listing("ONE@")] == ["First"]
    assert [one.subject for one in outbox.listing("<a.1@")] == ["First"]


def test_a_message_is_opened_with_its_attachments():
    send("Ünï – code")
    stored, text, attachments = outbox.opened(outbox.listing()[0].key)
    assert stored.subject == "Ünï – code"
    assert text.strip() == "The text."
    assert [(one.name, one.content) for one in attachments] == [("letter.pdf", b"%PDF-1.7")]


@pytest.mark.parametrize("key", ["nothing", "../secret", "/etc/passwd", "..", ""])
def test_nothing_outside_the_folder_is_opened(key, settings):
    Path(settings.OUTBOX_DIR).mkdir()
    Path(settings.OUTBOX_DIR).parent.joinpath("secret.eml").write_text("x")
    with pytest.raises(outbox.NoSuchMessage):
        outbox.opened(key)


def test_an_empty_outbox_lists_nothing():
    assert outbox.listing() == []


def test_a_folder_that_takes_no_file_says_that_nothing_left(settings):
    Path(settings.OUTBOX_DIR).write_text("a file where the folder should be")
    with pytest.raises(NotTaken, match="The outbox folder took no file") as refused:
        send()
    assert refused.value.again
