"""The gallery in one SQLite file."""

from facemetric.gallery.sqlite.gallery import SqliteGallery

__all__ = ["SqliteGallery"]
