"""Chinese text for an index: normal form, tokens of a text, tokens of a query. Pure, no database.

The index holds one token for every letter, digit and Chinese character of a text: that character
and what follows it in the same run, at most two Chinese characters or eight letters and digits.
In a run of Chinese characters these are the overlapping bigrams and the last character by itself
(停车难: 停车 车难 难); in a run of Latin letters and digits they are the beginnings of its suffixes
(a1703: a1703 1703 703 03 3). So a part of a run is found by its own windows, a single character by
a prefix, and the tail of a number like any other part.

A term that a window cannot express alone (three Chinese characters, a hyphen inside) is checked
against the stored normal form afterwards. The answer of a search is therefore exactly

    all(term in normalise(text) for term in terms(query))

for every query that has at least one letter, digit or Chinese character.
"""

import re
import unicodedata
from dataclasses import dataclass
from operator import add

CHINESE_WINDOW = 2
LATIN_WINDOW = 8
LONGEST_TEXT = 50_000  # characters of one text that are indexed; a tsvector ends at 1 MB
LONGEST_QUERY = 200
MOST_TOKENS = 24  # of one term; more of them cost time and hardly narrow a search
MOST_TERMS = 12

_RUNS = re.compile(r"(?P<latin>[0-9A-Za-z]+)|(?P<wide>[^\W\x00-\x7f]+)")


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query, ready for an index.

    `exact` are tokens that a hit holds; `prefix` is the beginning of a token that a hit holds
    (empty: none); `certain` says that these conditions alone prove the hit.
    """

    text: str
    exact: tuple[str, ...]
    prefix: str
    certain: bool


def normalise(text: str) -> str:
    """NFKC and lower case, without invisible characters, every white space one blank.

    Full-width letters, digits and punctuation become half-width. `normalise` is idempotent.
    """
    text = " ".join(text.split())
    if not text.isprintable():
        text = "".join(map(_visible, text))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return " ".join(folded.split())


def terms(query: str) -> tuple[str, ...]:
    """The words of a query in normal form, in order, without repetition."""
    return tuple(dict.fromkeys(normalise(query[:LONGEST_QUERY]).split()))[:MOST_TERMS]


def tokens(normalised: str) -> list[str]:
    """All tokens of a text that `normalise` has made, once each, in order of appearance."""
    found: list[str] = []
    for latin, wide in _RUNS.findall(normalised, 0, LONGEST_TEXT):
        if wide:
            found += map(add, wide, wide[1:])
            found.append(wide[-1])
        else:
            found += [latin[at : at + LATIN_WINDOW] for at in range(len(latin))]
    return list(dict.fromkeys(found))


def parse(query: str) -> tuple[Term, ...]:
    """The words of a query as conditions on tokens; a word of mere punctuation has none."""
    return tuple(_term(word) for word in terms(query))


def searchable(query: str) -> bool:
    """Whether a query has a letter, a digit or a Chinese character, so that an index can help."""
    return any(term.exact or term.prefix for term in parse(query))


def matches(query: str, text: str) -> bool:
    """The definition of a hit, for tests and for marking hits on a page."""
    normalised = normalise(text)
    return all(word in normalised for word in terms(query))


def _term(word: str) -> Term:
    exact: list[str] = []
    prefix = ""
    pieces = list(_runs(word))
    end = 0
    for window, run in pieces:
        end = word.index(run, end) + len(run)
        if len(run) >= window:
            exact.extend(run[start : start + window] for start in range(len(run) - window + 1))
        elif end < len(word):
            exact.append(run)  # something else follows, so the run ends here in a hit, too
        else:
            prefix = run
    certain = len(pieces) == 1 and pieces[0][1] == word and len(word) <= pieces[0][0]
    return Term(word, _spread(tuple(dict.fromkeys(exact))), prefix, certain)


def _spread(items: tuple[str, ...]) -> tuple[str, ...]:
    """At most `MOST_TOKENS` of them, taken evenly; the check of the normal form does the rest."""
    if len(items) <= MOST_TOKENS:
        return items
    step = (len(items) - 1) / (MOST_TOKENS - 1)
    return tuple(items[round(number * step)] for number in range(MOST_TOKENS))


def _runs(normalised: str) -> list[tuple[int, str]]:
    return [
        (CHINESE_WINDOW if match.lastgroup == "wide" else LATIN_WINDOW, match[0])
        for match in _RUNS.finditer(normalised)
    ]


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    category = unicodedata.category(character)
    if category in {"Cf", "Cs"} or character == "\0":
        return ""
    return " " if category in {"Cc", "Zl", "Zp", "Zs"} else character
