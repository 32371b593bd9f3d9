"""The words of the index, in what each database offers; see docs/adr/0003-bigram-index.md."""

from django.db import migrations

TABLE = "language_indexentry"


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER TABLE {TABLE} ADD COLUMN tokens tsvector NOT NULL DEFAULT ''::tsvector"
        )
        schema_editor.execute(
            f"CREATE INDEX language_entry_tokens ON {TABLE} USING gin (tokens) "
            "WITH (fastupdate = on, gin_pending_list_limit = 1024)"
        )
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE language_indexwords "
            "USING fts5(marks, words, detail = none, columnsize = 0, tokenize = 'ascii')"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS language_entry_tokens")
        schema_editor.execute(f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS tokens")
    else:
        schema_editor.execute("DROP TABLE IF EXISTS language_indexwords")


class Migration(migrations.Migration):
    dependencies = [("language", "0001_initial")]

    operations = [migrations.RunPython(install, remove, elidable=False)]
