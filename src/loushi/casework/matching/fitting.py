"""Which of the things on offer may meet a want, and why: pure, no database.

Three kinds of evidence, each told in the reason: the topic (a word of the kind stands in the text),
the language (both say the same rare phrase), the area (it serves the building, or the community). A
topic or a phrase is needed: an offer is never proposed only because it is near.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from loushi.casework.matching.likeness import Sample, alike

TOPIC, LANGUAGE, BUILDING, UNIT = 0.45, 0.4, 0.15, 0.1
LEAST = 0.5
MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Want:
    """A demand: its text, where it is."""

    id: int
    text: str
    unit_path: str
    building: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """Something on offer: `key` is the caller's, `topic` names a list of words; it serves the
    `buildings`, or without any all of `unit_path`."""

    key: str
    text: str
    topic: str
    unit_path: str
    buildings: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Fit:
    """An offer for a want: what the text said of the topic, phrases in common, how near."""

    key: str
    score: float
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    near: str


def fits(
    want: Want, offers: Iterable[Offered], topics: Mapping[str, Sequence[str]], most: int = 3,
    corpus: Sequence[str] = (),
) -> list[Fit]:  # fmt: skip
    """The offers that may meet a want, the best first; equal ones in order of key."""
    reachable = [one for one in offers if _near(want, one)]
    samples = [Sample(number, one.text) for number, one in enumerate(reachable)]
    likes = {like.id: like for like in alike([Sample(0, want.text)], samples, len(samples), corpus)}
    found = []
    for number, one in enumerate(reachable):
        words = tuple(w for w in topics.get(one.topic, ()) if w in want.text)[:MOST_WORDS]
        like = likes.get(number)
        phrases = like.phrases if like else ()
        near = _near(want, one)
        score = TOPIC * bool(words) + LANGUAGE * bool(phrases)
        score += BUILDING if near == "building" else UNIT
        if score >= LEAST:
            found.append(Fit(one.key, round(score, 4), words, phrases, near))
    return sorted(found, key=lambda fit: (-fit.score, fit.key))[:most]


def _near(want: Want, one: Offered) -> str:
    """ "building", "unit", or '' where it does not reach the want."""
    if one.buildings:
        return "building" if want.building in one.buildings else ""
    return "unit" if one.unit_path and want.unit_path.startswith(one.unit_path) else ""
