"""The rule, and the independent attacker against it."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from bench._suppression_attacker import Attacker, Told, Version

from loushi.registry.tax import disclosure
from loushi.registry.tax.disclosure import Interval, Key, Member, Past
from loushi.registry.tax.disclosure.cube import FEN, step

EDGES = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
THRESHOLD = 500_000
OPEN = 10**17


def band(amount: int) -> tuple[int, int]:
    low, high = 0, OPEN
    for edge in EDGES:
        if amount >= edge * FEN:
            low = edge * FEN
        else:
            return low, edge * FEN
    return low, high


def member(figure: int, yuan: int, unit: int = 2, section: str = "I", tower: int = 0) -> Member:
    amount = yuan * FEN
    return Member(
        figure, figure, amount, (1, unit), section, tower, yuan >= THRESHOLD, band(amount)
    )


def district(seed: int, firms: int = 80) -> list[Member]:
    rng = Random(seed)
    return [
        member(
            number, int(rng.lognormvariate(11.5, 1.9)), rng.choice((2, 3, 4, 5)),
            rng.choice("FIJLM"), rng.randrange(11, 23),
        )
        for number in range(1, firms + 1)
    ]  # fmt: skip


def published(members: list[Member], past: list[Past]) -> tuple[dict, dict, list]:  # type: ignore[type-arg]
    cells = disclosure.build(members, THRESHOLD * FEN)
    cells = {key: cell for key, cell in cells.items() if cell.firms}
    held: dict[Key, Interval] = {}
    for one in past:
        held |= one.shown
    shown = {
        key: disclosure.shown(cell, held.get(key))
        for key, cell in cells.items()
        if not cell.primary
    }
    findings = disclosure.check(cells, shown, past, members)
    return cells, shown, findings


def remembered(members: list[Member], cells: dict, shown: dict) -> Past:  # type: ignore[type-arg]
    of: dict[int, list[Key]] = {}
    for key, cell in cells.items():
        for one in cell.members:
            of.setdefault(one.figure, []).append(key)
    return Past(
        dict(shown), {pk: tuple(keys) for pk, keys in of.items()},
        {one.figure: one.amount for one in members},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "why"),
    [
        ((10, 10), "few"),
        ((51, 25, 24), "dominated"),
        ((50, 25, 25), ""),
        ((45, 41, 14), "dominated"),
        ((45, 40, 15), ""),
    ],
)
def test_primary_cells(amounts: tuple[int, ...], why: str) -> None:
    members = [member(n, yuan * 1000) for n, yuan in enumerate(amounts, 1)]
    cells = disclosure.build(members, THRESHOLD * FEN)
    assert cells[Key("tax", 2, 0, "I")].primary == why


def test_steps_are_coarse_and_round() -> None:
    assert step(1) == 10_000 * FEN
    assert step(10_001 * FEN) == 20_000 * FEN
    assert step(20_001 * FEN) == 50_000 * FEN


def test_an_interval_reaches_half_the_largest_firm_beyond_the_sum() -> None:
    for seed in range(20):
        for cell in disclosure.build(district(seed), THRESHOLD * FEN).values():
            found = disclosure.shown(cell)
            assert found.low <= max(0, cell.total - cell.largest // 2)
            assert found.high >= cell.total + cell.largest // 2


def test_a_small_correction_shows_nothing() -> None:
    members = district(1)
    cells = disclosure.build(members, THRESHOLD * FEN)
    key = Key("tax", 1, 0, "")
    before = disclosure.shown(cells[key])
    members[0] = members[0]._replace(amount=members[0].amount + 100 * FEN)
    after = disclosure.build(members, THRESHOLD * FEN)[key]
    assert disclosure.shown(after, before) == before


def attackers_view(told: list[tuple[dict, dict]], members: list[list[Member]]) -> Attacker:  # type: ignore[type-arg]
    versions: dict[int, Version] = {}
    latest = {one.figure for one in members[-1]}
    for release in members:
        for one in release:
            versions[one.figure] = Version(
                one.firm, one.amount / FEN,
                (one.band[0] / FEN, None if one.band[1] >= OPEN else one.band[1] / FEN),
                one.is_key, one.figure in latest,
            )  # fmt: skip
    releases = [
        Told(
            {key: (low / FEN, high / FEN) for key, (low, high) in shown.items()},
            {key: [one.figure for one in cells[key].members] for key in shown},
        )
        for cells, shown in told
    ]
    return Attacker(releases, versions, THRESHOLD)


def a_year_later(members: list[Member], turn: int, rng: Random) -> list[Member]:
    """Some amounts are corrected (another version), and unit 2 is split."""
    found = []
    for one in members:
        if rng.random() < 0.08:
            amount = round(one.amount * rng.uniform(0.3, 2.5))
            one = one._replace(
                figure=one.figure + 1000 * turn, amount=amount, band=band(amount),
                is_key=amount >= THRESHOLD * FEN,
            )  # fmt: skip
        if one.place[1] == 2 and one.building % 2:
            one = one._replace(place=(1, 6))
        found.append(one)
    return found


def narrowed_by(attacker: Attacker, cells: dict) -> list[Any]:  # type: ignore[type-arg]
    """Primary cells and, of each cell, its largest firm against its second largest."""
    found: list[Any] = []
    for cell in cells.values():
        ids = [one.figure for one in cell.members]
        if cell.primary:
            found += [
                (cell.key, bands) for bands in (False, True) if attacker.narrowed(ids, bands=bands)
            ]
        first, *others = sorted(cell.members, key=lambda one: -one.amount)[:2]
        own = frozenset(one.figure for one in others)
        if attacker.narrowed([first.figure], bands=True, own=own):
            found.append((cell.key, "firm"))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_three_releases_narrow_nothing(seed: int) -> None:
    """Corrections and a split between releases; the attacker knows bands and one firm's value."""
    rng = Random(seed)
    members = district(seed, 60)
    told, known, past = [], [], []
    for turn in range(3):
        members = a_year_later(members, turn, rng) if turn else members
        cells, shown, _findings = published(members, past)
        past.append(remembered(members, cells, shown))
        told.append((cells, shown))
        known.append(list(members))
    assert narrowed_by(attackers_view(told, known), told[-1][0]) == []


def test_the_attacker_does_narrow_what_is_published_exactly() -> None:
    """The attacker is no dummy: exact sums in place of intervals are narrowed at once."""
    members = [member(1, 900_000), member(2, 30_000), *(member(n, 400_000, 3) for n in (3, 4, 5))]
    cells = disclosure.build(members, THRESHOLD * FEN)
    exact = {
        key: Interval(cell.total, cell.total) for key, cell in cells.items() if not cell.primary
    }
    attacker = attackers_view([(cells, exact)], [members])
    hidden = cells[Key("tax", 2, 0, "I")]
    assert hidden.primary
    assert attacker.narrowed([one.figure for one in hidden.members], bands=False)


def test_a_narrowing_cell_is_suppressed_by_the_program() -> None:
    """Where an interval does not leave room, the program's prices name the cell that goes."""
    members = [member(1, 900_000), member(2, 30_000), *(member(n, 400_000, 3) for n in (3, 4, 5))]
    cells = {
        key: cell for key, cell in disclosure.build(members, THRESHOLD * FEN).items() if cell.firms
    }
    shown = {
        key: Interval(cell.total, cell.total) for key, cell in cells.items() if not cell.primary
    }
    findings = disclosure.check(cells, shown, [], members)
    assert findings
    assert all(not one.frozen for one in findings)
    attacker = attackers_view([(cells, shown)], [members])
    hidden = cells[Key("tax", 2, 0, "I")]
    assert not attacker.narrowed([one.figure for one in hidden.members], bands=True)


def test_what_earlier_releases_narrow_is_reported() -> None:
    members = [member(1, 900_000), member(2, 30_000), *(member(n, 400_000, 3) for n in (3, 4, 5))]
    cells = {
        key: cell for key, cell in disclosure.build(members, THRESHOLD * FEN).items() if cell.firms
    }
    exact = {key: Interval(cell.total, cell.total) for key, cell in cells.items()}
    past = remembered(members, cells, exact)
    findings = disclosure.check(cells, {}, [replace(past)], members)
    assert findings
    assert all(one.frozen for one in findings)
