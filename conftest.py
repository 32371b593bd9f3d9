"""Test harness of the whole repository; see tests/guards.py and tests/browser.py."""

pytest_plugins = ["tests.guards", "tests.browser"]
