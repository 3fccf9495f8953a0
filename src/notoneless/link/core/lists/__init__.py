"""Linking two lists of any size, for notebooks and for whoever measures the engine: no database, no key ring."""

from notoneless.link.core.lists.linking import ListLinks, link_lists

__all__ = ["ListLinks", "link_lists"]
