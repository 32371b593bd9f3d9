"""Each test begins with registries of its own: one address book, no kinds, no visibility."""

import pytest

from loushi.foundation.notices import registry


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_kinds", {})
    monkeypatch.setattr(registry, "_visibility", {})
    monkeypatch.setattr(registry, "_address", lambda user_id: f"user{user_id}@example.cn")
