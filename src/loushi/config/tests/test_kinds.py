"""A merge names what it moves in words, not by the names of tables."""

from loushi.config.kinds import KINDS
from loushi.registry.enterprises.queries import relations


def test_everything_that_hangs_on_an_enterprise_has_words() -> None:
    labels = {relation.model._meta.label: relation.label for relation in relations()}
    assert set(labels) == set(KINDS)
    assert {label: str(KINDS[label]) for label in labels} == labels
