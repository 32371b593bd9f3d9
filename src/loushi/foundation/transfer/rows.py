"""One row on its way through an import, and what can be wrong with it."""

from dataclasses import dataclass, field
from typing import Any

NEW = "new"
CHANGED = "changed"
UNCHANGED = "unchanged"
REJECTED = "rejected"
UNPLACED = "unplaced"
OUTCOMES = (NEW, CHANGED, UNCHANGED, REJECTED, UNPLACED)

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence about one cell (or the whole row when `column` is ''), with the way out.

    `level`: "error" rejects the row, "confirm" needs a note before the file can be applied, "hint"
    only informs. `kind` names what is to be confirmed: problems of one kind may share a note.
    """

    column: str
    message: str
    level: str = "error"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the register holds for a key: the id, the comparable values, and where it lies."""

    id: int
    values: dict[str, Any]
    unit_path: str = ""


@dataclass(slots=True)
class Row:
    """A row of the file.

    `values` holds parsed values of the columns that the file has and that are not blank; check_row
    may add or replace. `data` is free for the importer (resolved objects). After comparison
    `stored` is the register's row and `changes` maps column → (old, new).
    """

    number: int
    cells: list[Any]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    key: Key | None = None
    outcome: str = ""
    reason: str = ""
    unit_path: str = ""
    stored: Stored | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    object_id: int | None = None
    data: Any = None
    checked: int | None = None
    """How many problems the row had before comparison (the engine's own)."""

    def get(self, column: str, default: Any = None) -> Any:
        """The parsed value of a column, or the default where the file says nothing."""
        return self.values.get(column, default)

    def error(self, column: str, message: Any) -> None:
        """Rejects the row: a sentence that names the way out."""
        self.problems.append(Problem(column, str(message)))

    def hint(self, column: str, message: Any) -> None:
        """Remarks on the row without rejecting it."""
        self.problems.append(Problem(column, str(message), "hint"))

    def confirm(self, column: str, message: Any, *, kind: Any = "") -> None:
        """Asks for a note: the file is applied only when somebody wrote why this is right.

        `kind` says in a few words what such rows have in common ("面积缩小超过 40 %"); one note may
        stand for all of a kind. Without it the column's label is used. Unchanged rows ask nothing.
        """
        self.problems.append(Problem(column, str(message), "confirm", str(kind)))

    def unreadable(self, column: str) -> bool:
        """Whether the cell was filled but could not be read (it has its error already)."""
        return any(item.column == column and item.level == "error" for item in self.problems)

    def unplace(self, reason: Any) -> None:
        """Sends the row to the 'unplaced' queue: it is right, but nobody knows where it lies."""
        self.reason = str(reason)

    @property
    def wrong(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)

    @property
    def to_confirm(self) -> list[Problem]:
        """What needs a note before the row may be written."""
        return [problem for problem in self.problems if problem.level == "confirm"]

    @property
    def before(self) -> dict[str, Any]:
        """Old values of the changed columns (for audit)."""
        return {name: old for name, (old, _) in self.changes.items()}

    @property
    def after(self) -> dict[str, Any]:
        """New values of the changed columns (for audit)."""
        return {name: new for name, (_, new) in self.changes.items()}
