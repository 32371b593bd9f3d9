"""What a paper says, whatever it is set as."""

from dataclasses import dataclass

Block = tuple[str, str]
"""("h" heading, "p" paragraph or "li" line of a list, words)."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Title, the lines of facts under it, then blocks, and who and when at the foot."""

    title: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    foot: str
