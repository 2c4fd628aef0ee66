from django.db import migrations, models


class Migration(migrations.Migration):
    """Old code goes on beside it: it writes and reads no such column, and a null costs no room."""

    dependencies = [
        ('publishing', '0008_errors_by_time'),
    ]

    operations = [
        migrations.AddField(
            model_name='post',
            name='trace_parent',
            field=models.CharField(blank=True, editable=False, help_text='Where the trace of its acceptance goes on, while traces are sent.', max_length=55, null=True),
        ),
    ]
