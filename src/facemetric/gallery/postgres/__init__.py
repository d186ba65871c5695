"""The gallery in a PostgreSQL database with pgvector."""

from facemetric.gallery.postgres.gallery import PostgresGallery

__all__ = ["PostgresGallery"]
