from django.db import migrations, models

from foundation.quiet_indexes import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('connectors', '0012_accounts_in_need'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='destination',
            index=models.Index(fields=['tenant', 'name', 'id'], name='destinations_by_name'),
        ),
    ]
