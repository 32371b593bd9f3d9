"""Short papers (minutes, notices): headings and paragraphs, set as docx and PDF."""

from .content import Block, Paper
from .docx import WORD_TYPE, as_docx
from .pdf import as_pdf

KINDS = {"docx": (as_docx, WORD_TYPE), "pdf": (as_pdf, "application/pdf")}

__all__ = ["KINDS", "WORD_TYPE", "Block", "Paper", "as_docx", "as_pdf"]
