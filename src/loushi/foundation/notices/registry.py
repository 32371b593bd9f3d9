"""What upper packages tell the notices: kinds, addresses, and who may still see a subject.

Called while packages load (`policy.py`) or from `loushi.config.wiring`; holds no rows.
"""

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import dataclass
from typing import Any

from django.conf import settings

Visibility = Callable[[Mapping[int, Collection[int]]], Set[tuple[int, int]]]
AddressBook = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: its words, whether quiet hours yield to it, and its mail by default.

    Kinds with a `group` have no setting of their own: a person chooses for the group's kind.
    `permission` names who gets such notices, so that nobody chooses for what never comes.
    """

    code: str
    label: Any
    urgent: bool = False
    mail: str = "now"
    group: str = ""
    permission: str = ""

    @property
    def setting(self) -> str:
        """The kind under which people choose."""
        return self.group or self.code


_kinds: dict[str, Kind] = {}
_visibility: dict[str, Visibility] = {}
_links: dict[str, Callable[[int], str]] = {}
_address: AddressBook | None = None
_language: Callable[[int], str] | None = None


def declare_kind(
    code: str,
    label: Any,
    *,
    urgent: bool = False,
    mail: str = "now",
    group: str = "",
    permission: str = "",
) -> str:
    """Declares a kind; `mail` is "now", "digest" or "off" until a person chooses otherwise."""
    if mail not in {"now", "digest", "off"}:
        raise ValueError(f"mail of a kind is now, digest or off, not {mail!r}")
    _kinds[code] = Kind(code, label, urgent, mail, group, permission)
    return code


def kinds() -> dict[str, Kind]:
    """All declared kinds in order of code."""
    return dict(sorted(_kinds.items()))


def kind_of(code: str) -> Kind:
    """The declared kind, or a plain one with its code as words."""
    return _kinds.get(code) or Kind(code, code)


def register_visibility(subject_type: str, source: Visibility) -> None:
    """`source({user_id: ids})` gives (user_id, id) of what each person may still see."""
    _visibility[subject_type] = source


def seen_of(subject_type: str, wanted: Mapping[int, Collection[int]]) -> Set[tuple[int, int]]:
    """Who may still see which subject, of {user_id: ids}; all where nobody registered for the type.
    Asked at once for many people, for most is common to them."""
    source = _visibility.get(subject_type)
    if source is not None:
        return source(wanted)
    return {(user_id, pk) for user_id, ids in wanted.items() for pk in ids}


def may_see(user_id: int, subject_type: str, subject_id: int | None) -> bool:
    """Whether the person may still see the one subject; a notice without a subject is seen."""
    if subject_id is None:
        return True
    return (user_id, subject_id) in seen_of(subject_type, {user_id: [subject_id]})


def register_address(source: AddressBook) -> None:
    """`source(user_id)` gives the mail address of an active person, or ''."""
    global _address
    _address = source


def address_of(user_id: int) -> str:
    """The person's mail address, '' when there is none or nobody registered an address book."""
    return _address(user_id) if _address else ""


def register_link(subject_type: str, source: Callable[[int], str]) -> None:
    """`source(subject_id)` gives the page (a path of ours) of a subject at the moment of sending,
    for pages whose address is a secret that is stored nowhere."""
    _links[subject_type] = source


def link_of(subject_type: str, subject_id: int | None) -> str:
    """The page of a subject, '' where nobody registered one."""
    source = _links.get(subject_type)
    return source(subject_id) if source and subject_id is not None else ""


def register_language(source: Callable[[int], str]) -> None:
    """`source(user_id)` gives the language that a person chose, or ''."""
    global _language
    _language = source


def language_of(user_id: int) -> str:
    """The language in which a person is written to; the platform's where none was chosen."""
    chosen = _language(user_id) if _language and user_id else ""
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
