"""The only way to write tax, output, their rules, the purpose of a day, and releases."""

from .figures import FigureValues, correct_figure, record_figures, save_total
from .looks import (
    look_at_band,
    look_at_figures,
    look_at_newest,
    look_for_the_firm,
    note_list_look,
    state_purpose,
)
from .releases import publish_release
from .rules import save_rule

__all__ = [
    "FigureValues",
    "correct_figure",
    "look_at_band",
    "look_at_figures",
    "look_at_newest",
    "look_for_the_firm",
    "note_list_look",
    "publish_release",
    "record_figures",
    "save_rule",
    "save_total",
    "state_purpose",
]
