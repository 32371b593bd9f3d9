"""Triggers: the database itself refuses to change or delete an audit entry.

`audit_maintenance` is an ordinary table that no model knows: while it holds a row, the triggers
let deletions pass. Only the command `flush` puts one there, for its own
duration. The promise is made against the application and its users; whoever owns the database
file can always remove a trigger, which is what the seals are for.
"""

from django.db import migrations

MESSAGE = "audit entries can be neither changed nor deleted"
TABLES = ("audit_entry", "audit_seal")


def install(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    schema_editor.execute("CREATE TABLE IF NOT EXISTS audit_maintenance (since varchar(40))")
    if vendor == "postgresql":
        schema_editor.execute(
            f"""CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger
                LANGUAGE plpgsql AS $body$
                BEGIN
                  IF NOT EXISTS (SELECT 1 FROM audit_maintenance) THEN
                    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
                  END IF;
                  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                  IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
                  RETURN NULL;
                END $body$""",
            params=None,
        )
        for table in TABLES:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
            )
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
            )
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
                    WHEN NOT EXISTS (SELECT 1 FROM audit_maintenance)
                    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"""
            )


def remove(apps, schema_editor):
    postgres = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        names = ("append_only", "no_truncate") if postgres else ("no_update", "no_delete")
        for name in names:
            on = f" ON {table}" if postgres else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
    if postgres:
        schema_editor.execute("DROP FUNCTION IF EXISTS audit_append_only()")
    schema_editor.execute("DROP TABLE IF EXISTS audit_maintenance")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(install, remove, elidable=False)]
