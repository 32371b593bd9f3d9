"""Names that are data, in the reader's language."""

from django.utils.translation import get_language


def spoken(name: str, name_en: str) -> str:
    """The English name for those who read English, where there is one."""
    return name_en if name_en and (get_language() or "").startswith("en") else name
