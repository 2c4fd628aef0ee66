"""Totals over all tenants beside the tallies of each, made at once from what is there."""

from django.db import migrations, models

_PUBLISH = """
INSERT INTO publish_totals (platform, hour, latency_ms, published, latency_ms_sum, tries_sum)
SELECT platform, hour, latency_ms, SUM(published), SUM(latency_ms_sum), SUM(tries_sum)
FROM publish_tallies GROUP BY platform, hour, latency_ms
"""
_HEALTH = """
INSERT INTO health_totals (platform, hour, latency_ms, healthy, degraded, unhealthy, latency_ms_sum)
SELECT platform, hour, latency_ms, SUM(healthy), SUM(degraded), SUM(unhealthy), SUM(latency_ms_sum)
FROM health_tallies GROUP BY platform, hour, latency_ms
"""


class Migration(migrations.Migration):

    dependencies = [
        ('monitoring', '0007_alerts'),
    ]

    operations = [
        migrations.CreateModel(
            name='AllHealthTotals',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'platform', 'latency_ms', blank=True, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(help_text='The platform, such as meta.', max_length=32)),
                ('hour', models.DateTimeField(help_text='The beginning of the hour (UTC).')),
                ('latency_ms', models.BigIntegerField(help_text='Milliseconds that a check took, in steps a fifth apart.')),
                ('healthy', models.IntegerField(help_text='Checks of those that found an account healthy.')),
                ('degraded', models.IntegerField(help_text='Checks of those that found it degraded.')),
                ('unhealthy', models.IntegerField(help_text='Checks of those that found it unhealthy.')),
                ('latency_ms_sum', models.BigIntegerField(help_text='Their milliseconds together.')),
            ],
            options={
                'db_table': 'report_health_totals',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='AllPublishTotals',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'platform', 'latency_ms', blank=True, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(help_text='The platform, such as meta.', max_length=32)),
                ('hour', models.DateTimeField(help_text='The beginning of the hour (UTC).')),
                ('latency_ms', models.BigIntegerField(help_text='Milliseconds from the planned moment until it was public, in steps a fifth apart.')),
                ('published', models.IntegerField(help_text='Posts that took so long.')),
                ('latency_ms_sum', models.BigIntegerField(help_text='Their milliseconds together.')),
                ('tries_sum', models.BigIntegerField(help_text='Their tries together.')),
            ],
            options={
                'db_table': 'report_publish_totals',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='HealthTotal',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'platform', 'latency_ms', blank=True, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(max_length=32)),
                ('hour', models.DateTimeField()),
                ('latency_ms', models.BigIntegerField(help_text='The middle of the step.')),
                ('healthy', models.IntegerField()),
                ('degraded', models.IntegerField()),
                ('unhealthy', models.IntegerField()),
                ('latency_ms_sum', models.BigIntegerField()),
            ],
            options={
                'db_table': 'health_totals',
            },
        ),
        migrations.CreateModel(
            name='PublishTotal',
            fields=[
                ('pk', models.CompositePrimaryKey('hour', 'platform', 'latency_ms', blank=True, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(max_length=32)),
                ('hour', models.DateTimeField()),
                ('latency_ms', models.BigIntegerField(help_text='The middle of the step.')),
                ('published', models.IntegerField()),
                ('latency_ms_sum', models.BigIntegerField()),
                ('tries_sum', models.BigIntegerField()),
            ],
            options={
                'db_table': 'publish_totals',
            },
        ),
        migrations.RunSQL(_PUBLISH, migrations.RunSQL.noop),
        migrations.RunSQL(_HEALTH, migrations.RunSQL.noop),
    ]
