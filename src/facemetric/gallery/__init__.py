"""Enrolled people: kept, found again, erased."""

from facemetric.gallery.postgres import PostgresGallery
from facemetric.gallery.protocol import BACKENDS, Gallery
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    Receipt,
    Removal,
    Sample,
    Stats,
    Vectors,
)
from facemetric.gallery.sqlite.gallery import SqliteGallery

__all__ = [
    "BACKENDS",
    "Consent",
    "Enrolment",
    "Gallery",
    "NewSample",
    "Person",
    "PostgresGallery",
    "Receipt",
    "Removal",
    "Sample",
    "SqliteGallery",
    "Stats",
    "Vectors",
]
