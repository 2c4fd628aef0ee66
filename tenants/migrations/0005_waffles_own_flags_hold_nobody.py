"""Let go of people and groups in the tables of django-waffle's own flags, which stay empty: ours take their place.

Django does not know them as tables in use, so it leaves them out when it empties all tables (``manage.py flush``, tests that
commit), and PostgreSQL refuses to empty a table that one left out refers to. The tables stay, for migrations of that package.
"""

from django.db import migrations

_REFERENCES = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = to_regclass(%s)"


def let_go(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    quote = schema_editor.quote_name
    with schema_editor.connection.cursor() as cursor:
        for table in ("waffle_flag_users", "waffle_flag_groups"):
            cursor.execute(_REFERENCES, [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {quote(table)} DROP CONSTRAINT {quote(name)}")


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_feature_flags"),
        ("waffle", "0004_update_everyone_nullbooleanfield"),
    ]

    operations = [migrations.RunPython(let_go, migrations.RunPython.noop)]
