"""Invented names, from words.json. None is meant to be a real person, enterprise or building."""

import json
from pathlib import Path
from random import Random
from typing import Any

_WORDS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "words.json").read_text(encoding="utf-8")
)


def _list(name: str) -> tuple[str, ...]:
    return tuple(_WORDS[name].split(" "))


SURNAMES = tuple(_WORDS["surnames"])
GIVEN = _list("given")
QUARTERS = _list("quarters")
GRID_WORDS = _list("grid_words")
TOWER_ROOTS = _list("tower_roots")
TOWER_KINDS = _list("tower_kinds")
STREETS = _list("streets")
SUBDISTRICTS = _list("subdistricts")
FIRM_FIRST = _list("firm_first")
FIRM_SECOND = _list("firm_second")
SHOPS = _list("shops")
BUSINESS = tuple((word, division) for word, division in _WORDS["business"])
DEPARTMENTS = tuple((row["name"], row["short"], row["duties"]) for row in _WORDS["departments"])
TOPICS = tuple(
    (row["category"], row["department"], tuple(row["sentences"])) for row in _WORDS["topics"]
)
"""(category code, short name of the department, sentences): what people ask for."""
ANSWERS = tuple(_WORDS["answers"])
CAN_NOT: str = _WORDS["can_not"]

CLUSTER_TOWER: str = _WORDS["cluster_tower"]
HEALTH = _list("health")
HEALTH_DIVISION = "84"


def person(rng: Random) -> str:
    """A person's name."""
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def firm(rng: Random, district: str, number: int) -> tuple[str, str, str, str]:
    """(name, short name, industry division, business kind) of an enterprise."""
    first = rng.choice(FIRM_FIRST)
    if number % 12 == 0:
        shop = rng.choice(SHOPS)
        return f"{district}{first}{shop}{number}号店", f"{first}{shop}", "62", "individual"
    second = rng.choice(FIRM_SECOND) if number % 3 else ""
    business, division = rng.choice(BUSINESS)
    form = "有限公司" if number % 9 else "股份有限公司"
    branch = f"{district}第{number % 7 + 1}分公司" if number % 57 == 0 else ""
    name = f"{district}市{first}{second}{business}{form}{branch}"
    return name, f"{first}{second}{business[:2]}", division, "branch" if branch else "company"


def health_firm(rng: Random, district: str) -> tuple[str, str, str, str]:
    """An enterprise of the health cluster, as `firm` gives one."""
    root = rng.choice(FIRM_FIRST) + rng.choice(FIRM_SECOND)
    business = rng.choice(HEALTH)
    return f"{district}市{root}{business}有限公司", root + business[:2], HEALTH_DIVISION, "company"


def firm_beside(rng: Random, district: str, number: int) -> tuple[str, str, str, str]:
    """An enterprise of any trade but health: the cluster's tower counts its own only."""
    while True:
        found = firm(rng, district, number)
        if found[2] != HEALTH_DIVISION:
            return found
