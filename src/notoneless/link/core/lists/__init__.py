"""Linking two lists of any size, for notebooks and for whoever measures the engine: no database, no key ring."""

from notoneless.link.core.lists.linking import ListLinks, link_lists
from notoneless.link.core.lists.page import calibration_page

__all__ = ["ListLinks", "calibration_page", "link_lists"]
