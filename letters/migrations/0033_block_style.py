from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('letters', '0032_more_time_without_a_day'),
    ]

    operations = [
        migrations.AddField(
            model_name='letterhead',
            name='block_style',
            field=models.CharField(choices=[('full', 'Full block: everything at the left margin'), ('modified', 'Modified block: date and closing from the middle'), ('semi', 'Semi-block: the same, with indented paragraphs')], default='full', max_length=10),
        ),
    ]
