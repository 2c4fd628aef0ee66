from django.db import migrations, models

from foundation.quiet_indexes import AddIndexQuietly, RemoveIndexQuietly


class Migration(migrations.Migration):
    """The new index first: what counts posts is never without one."""

    atomic = False

    dependencies = [
        ('publishing', '0009_trace_of_posts'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='publishjob',
            index=models.Index(condition=models.Q(('published_at__isnull', False)), fields=['tenant', 'published_at'], include=('platform', 'role', 'destination'), name='jobs_of_tenant_sent'),
        ),
        RemoveIndexQuietly(
            model_name='publishjob',
            name='jobs_of_tenant_published',
        ),
    ]
