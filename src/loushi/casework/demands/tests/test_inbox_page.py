"""The inbox is kept between requests: what it shows is never stale and never another person's."""

import re
from collections.abc import Iterator

import pytest
from django.template import Context, engines
from django.test import Client, SimpleTestCase
from django_cotton.compiler_regex import CottonCompiler

from loushi.casework.demands import queries
from loushi.casework.demands.factories import World, make_world
from loushi.casework.demands.models import Demand
from loushi.casework.demands.views import rows
from loushi.foundation.core import stamps
from loushi.registry.accounts.factories import make_staff
from loushi.registry.enterprises.models import Enterprise

COMPONENT = (
    "{% load drawing %}{% for line in lines %}"
    '<c-list-item href="{% url "demands:case" line.row.id %}?{{ query }}"'
    ' title="{{ line.row.title }}" source="{{ line.source|short_name:22 }}"'
    ' number="{{ line.row.id|stringformat:"06d" }}"'
    ' selected="{% if line.row.id == selected %}1{% endif %}">'
    '<c-slot name="clock">{% floor_clock_svg line.total line.filled line.over line.tone %}</c-slot>'
    '<c-slot name="status"><c-status kind="{{ line.kind }}">{{ line.words }}</c-status></c-slot>'
    "</c-list-item>{% endfor %}"
)


@pytest.mark.django_db
def test_rows_are_the_component_written_out() -> None:
    world = make_world()
    made = [world.submit() for _ in range(3)]
    Demand.plain.filter(pk=made[1].pk).update(title='<b>"引号" & 尖括号</b>')
    found = queries.inbox(world.clerk(), queries.Filters(queue="open")).lines
    template = engines["django"].from_string(CottonCompiler().process(COMPONENT))
    values = {"lines": found, "query": "queue=open&sort=new", "selected": made[2].pk}
    expected = template.template.render(Context(values))
    drawn = rows.rendered(found, "queue=open&sort=new", made[2].pk)
    SimpleTestCase().assertHTMLEqual(drawn, expected)
    assert "<b>" not in drawn


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield make_world()
    stamps.forget()


def clerk(world: World) -> Client:
    client = Client()
    user = make_staff("window_clerk", world.here)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/demands/?{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_change_is_seen_at_once(world: World) -> None:
    client = clerk(world)
    demand = world.submit()
    assert demand.title in page(client)
    assert demand.title in page(client)
    Demand.plain.filter(pk=demand.pk).update(title="电梯困人")
    assert "电梯困人" in page(client)
    Enterprise.plain.filter(pk=demand.enterprise_id).update(name="临漕改名有限公司")
    assert "临漕改名有限公司" in page(client)
    Demand.plain.filter(pk=demand.pk).update(state="withdrawn")
    assert "电梯困人" not in page(client)


def test_holes_are_filled_for_each_request(world: World) -> None:
    client = clerk(world)
    world.submit()
    first, second = page(client, "state=submitted"), page(client, "state=submitted")
    assert "\ue000" not in first
    assert 'name="next" value="/demands/?state=submitted"' in first
    token = re.compile(r'name="csrfmiddlewaretoken" value="(\w{64})"')
    assert token.search(first)
    assert token.findall(first) != token.findall(second)


def test_a_neighbour_sees_none_of_it(world: World) -> None:
    demand = world.submit()
    assert demand.title in page(clerk(world))
    neighbour = Client()
    user = make_staff("window_clerk", world.there)
    neighbour.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert demand.title not in page(neighbour)
    assert demand.title not in page(neighbour)


def test_a_message_is_shown_once(world: World) -> None:
    client = clerk(world)
    client.post("/demands/views/", {"name": "我的", "query": "state=submitted"})
    first, second = page(client), page(client)
    assert "已存为视图" in first
    assert "我的" in second
    assert "已存为视图" not in second
