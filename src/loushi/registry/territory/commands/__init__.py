"""Changing the tree: the only way to write units, placements, hosts."""

from .changes import merge_units, move_unit, rename_unit, split_unit
from .effects import take_effect
from .founding import NewUnit, change_details, found_unit, found_units, install_template
from .hosts import add_host, add_hosts, end_host, save_residential_communities
from .parts import Part
from .preview import Preview, preview_merge, preview_move, preview_split
from .rewrites import run_rewrites

__all__ = [
    "NewUnit",
    "Part",
    "Preview",
    "add_host",
    "add_hosts",
    "change_details",
    "end_host",
    "found_unit",
    "found_units",
    "install_template",
    "merge_units",
    "move_unit",
    "preview_merge",
    "preview_move",
    "preview_split",
    "rename_unit",
    "run_rewrites",
    "save_residential_communities",
    "split_unit",
    "take_effect",
]
