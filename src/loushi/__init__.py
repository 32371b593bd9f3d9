"""Loushi 楼事: the open platform for Chinese business communities (商务社区)."""

__version__ = "0.1.0"
