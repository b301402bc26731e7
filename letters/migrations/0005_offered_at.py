"""The moment before the first byte; what is in a worker's hand now may be past it."""

from django.db import migrations, models
from django.db.models import F


def offered_when_claimed(apps, schema_editor):
    claimed = apps.get_model("letters", "Dispatch").objects.filter(status="claimed")
    claimed.update(offered_at=F("claimed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0004_copied_from'),
    ]

    operations = [
        migrations.AddField(
            model_name='dispatch',
            name='offered_at',
            field=models.DateTimeField(blank=True, help_text='Written just before the first byte of the message.', null=True),
        ),
        migrations.RunPython(offered_when_claimed, migrations.RunPython.noop),
    ]
