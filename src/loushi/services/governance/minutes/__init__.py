"""会议纪要: what it says, and how it is set as docx and PDF."""

from .content import Minutes, minutes_of
from .docx import as_docx
from .pdf import as_pdf

__all__ = ["Minutes", "as_docx", "as_pdf", "minutes_of"]
