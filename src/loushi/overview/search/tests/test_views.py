import pytest
from django.urls import reverse

from loushi.casework.demands.factories import make_world
from loushi.overview.search import queries
from loushi.registry.accounts.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def page(client, query):
    response = client.get(reverse("search:results"), {"q": query})
    assert response.status_code == 200
    return response.content.decode()


def log_in(client, unit):
    client.force_login(make_staff("community_secretary", unit))


def test_a_stranger_is_sent_to_the_login(client):
    response = client.get(reverse("search:results"), {"q": "停车"})
    assert response.status_code in {302, 401}
    assert "login" in response["Location"]


def test_hits_lead_to_their_pages(client, world):
    demand = world.submit()
    log_in(client, world.here)
    text = page(client, "卸货口")
    assert f'href="/demands/{demand.pk}/"' in text
    assert demand.number in text
    assert "1 项" in text


def test_nothing_found_says_what_to_do_next(client, world):
    world.submit()
    log_in(client, world.there)
    text = page(client, "卸货口")
    assert "没有找到“卸货口”" in text
    assert "少写几个字" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("", "输入要找的内容"), ("停", "请至少输入两个字"), ("！！", "请输入文字或数字")],
)
def test_a_useless_query_gets_a_sentence(client, world, query, sentence):
    log_in(client, world.here)
    assert sentence in page(client, query)


def test_a_number_goes_straight_to_the_case(client, world):
    demand = world.submit()
    log_in(client, world.here)
    response = client.get(reverse("search:results"), {"q": demand.number})
    assert (response.status_code, response["Location"]) == (302, f"/demands/{demand.pk}/")


def test_a_number_of_the_neighbour_is_answered_like_one_that_does_not_exist(client, world):
    demand = world.submit()
    log_in(client, world.there)
    other = demand.number.replace(f"{demand.pk:06d}", "999999")
    hidden, missing = page(client, demand.number), page(client, other)
    assert "没有找到" in hidden
    assert "没有找到" in missing
    assert demand.title not in hidden


def test_markup_in_a_query_is_only_text(client, world):
    log_in(client, world.here)
    assert "<script>alert" not in page(client, "<script>alert(1)</script>")


def test_all_hits_of_a_group_are_one_click_away(client, world, monkeypatch):
    monkeypatch.setattr(queries, "SHOWN", 2)
    for _ in range(9):
        world.submit()
    log_in(client, world.here)
    text = page(client, "卸货口")
    assert 'href="/demands/?q=%E5%8D%B8%E8%B4%A7%E5%8F%A3"' in text
    assert "9 项" in text
