import pytest

from loushi.casework.demands.factories import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()
