"""The materialised path of the unit tree: fixed width, digits only.

A path is the zero-padded ids of all ancestors and the unit itself, six digits each:
unit 31 under 7 under 1 is "000001000007000031". Filter by range (`path >= p AND path <
next_path(p)`), never by `startswith`: SQLite would emit an unindexed LIKE.
"""

WIDTH = 6
MAX_LEVELS = 10
PATH_LENGTH = WIDTH * MAX_LEVELS


def segment(unit_id: int) -> str:
    """The six digits of one unit; raises ValueError above 999,999."""
    if not 0 < unit_id < 10**WIDTH:
        raise ValueError(f"a unit id must lie between 1 and {10**WIDTH - 1}, not {unit_id}")
    return f"{unit_id:0{WIDTH}d}"


def join_path(parent_path: str, unit_id: int) -> str:
    """The path of a unit below `parent_path` ('' for the root)."""
    path = parent_path + segment(unit_id)
    if len(path) > PATH_LENGTH:
        raise ValueError("the unit tree has more levels than its paths allow")
    return path


def next_path(path: str) -> str:
    """The exclusive end of the range of all paths at or below `path`.

    >>> next_path("000001000007")
    '000001000008'
    """
    if not path:
        raise ValueError("the root of all paths has no end; drop the filter instead")
    if path.endswith("9" * WIDTH):  # no id follows; a letter comes after every digit
        return f"{path}a"
    return str(int(path) + 1).zfill(len(path))


def ids_of(path: str) -> tuple[int, ...]:
    """The unit ids on the way from the root down to the unit itself."""
    return tuple(int(path[i : i + WIDTH]) for i in range(0, len(path), WIDTH))


def covers(ancestor: str, path: str) -> bool:
    """Whether `path` lies at or below `ancestor`; an empty row path lies nowhere."""
    return bool(path) and path.startswith(ancestor)
