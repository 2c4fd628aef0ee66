# What a post may carry beyond words (files, settings, a first comment), and jobs for the comment under a live post.

import publishing.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('connectors', '0001_initial'),
        ('publishing', '0003_fewer_indexes'),
        ('tenants', '0002_redrive_after_reconnect'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='publishjob',
            name='a_post_goes_to_a_destination_once',
        ),
        migrations.RemoveConstraint(
            model_name='publishjob',
            name='one_job_per_published_post',
        ),
        migrations.AddField(
            model_name='post',
            name='first_comment',
            field=models.TextField(blank=True, help_text='Written under the post once it is public.'),
        ),
        migrations.AddField(
            model_name='post',
            name='media',
            field=models.JSONField(default=list, help_text='The files of the post in order: id, alt_text, title.'),
        ),
        migrations.AddField(
            model_name='post',
            name='settings',
            field=models.JSONField(default=dict, help_text='By kind of destination: what is set for it, with the version of its schema.'),
        ),
        migrations.AddField(
            model_name='publishjob',
            name='removed_at',
            field=models.DateTimeField(blank=True, help_text='When somebody took the live post away again.', null=True),
        ),
        migrations.AddField(
            model_name='publishjob',
            name='role',
            field=models.CharField(choices=[('post', 'Post'), ('first_comment', 'First comment')], db_default='post', default='post', max_length=16),
        ),
        migrations.AlterField(
            model_name='post',
            name='overrides',
            field=models.JSONField(default=dict, help_text='By destination id: what is said there instead.'),
        ),
        migrations.AddConstraint(
            model_name='publishjob',
            constraint=models.CheckConstraint(condition=models.Q(('removed_at', None), ('state', publishing.states.State['PUBLISHED']), _connector='OR'), name='job_is_removed_only_after_it_was_live'),
        ),
        migrations.AddConstraint(
            model_name='publishjob',
            constraint=models.UniqueConstraint(fields=('post', 'destination', 'role'), name='a_job_of_each_role_per_destination'),
        ),
        migrations.AddConstraint(
            model_name='publishjob',
            constraint=models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('destination', 'external_id', 'role'), name='one_job_per_published_post'),
        ),
    ]
