from django.db import migrations, models

from foundation.quiet_indexes import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('monitoring', '0009_prune_marks'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='publishhour',
            index=models.Index(condition=models.Q(('failed__gt', 0), ('dead_lettered__gt', 0), _connector='OR'), fields=['hour'], name='publish_hours_gone_wrong'),
        ),
    ]
