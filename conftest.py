"""Test harness of the whole repository; see the modules that it names."""

import os

pytest_plugins = ["tests.worlds", "tests.guards", "tests.browser"]
if "LOUSHI_TEST_TEMPLATES" in os.environ:
    pytest_plugins += ["tests.migrated"]
pytest_plugins += ["tests.kept"]  # last: it copies the database that the others make
