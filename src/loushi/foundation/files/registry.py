"""Who may read an attachment: the parent's package says so.

`register("demands.demand", may_read)` in the package's policy; `may_read(actor, parent_id,
internal)` answers whether the actor may see the parent, and with `internal` whether they may see
what is for staff only. A parent that nobody registered has no readers.
"""

from collections.abc import Callable

from loushi.foundation.core.actor import Actor

MayRead = Callable[[Actor, int, bool], bool]

_readers: dict[str, MayRead] = {}


def register(parent_type: str, may_read: MayRead) -> None:
    """Says who may read the attachments of one kind of parent."""
    _readers[parent_type] = may_read


def may_read(actor: Actor, parent_type: str, parent_id: int, *, internal: bool) -> bool:
    """Whether the actor may read an attachment of this parent."""
    reader = _readers.get(parent_type)
    return reader is not None and reader(actor, parent_id, internal)
