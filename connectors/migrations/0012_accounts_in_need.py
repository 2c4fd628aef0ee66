from django.db import migrations, models

from foundation.quiet_indexes import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('connectors', '0011_errors_by_time'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='connection',
            index=models.Index(condition=models.Q(('status', 'attention')), fields=['tenant', 'status_since'], name='connections_in_need'),
        ),
        AddIndexQuietly(
            model_name='tokenplan',
            index=models.Index(condition=models.Q(('failures__gt', 0)), fields=['connection'], name='token_plans_failing'),
        ),
    ]
