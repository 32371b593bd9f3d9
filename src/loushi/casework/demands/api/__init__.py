"""/api/v1/demands: lists, cases, moves, attachments, under the same policies as the pages."""

from loushi.casework.demands.api import attachments, cases, lists
from loushi.casework.demands.api.routing import router

__all__ = ["attachments", "cases", "lists", "router"]
