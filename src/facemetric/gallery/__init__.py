"""Enrolled people: kept, found again, erased."""

from facemetric.gallery.approximate import EXACT, SearchIndex
from facemetric.gallery.erasure import erase, receipt_problems
from facemetric.gallery.listing import ListPlace, PeoplePage
from facemetric.gallery.milvus import MilvusGallery
from facemetric.gallery.personal import event_document, person_data
from facemetric.gallery.portrait import Portrait
from facemetric.gallery.postgres import PostgresGallery
from facemetric.gallery.protocol import BACKENDS, Gallery
from facemetric.gallery.readable import Readable
from facemetric.gallery.records import (
    Consent,
    Enrolment,
    NewSample,
    Person,
    PersonRecord,
    Receipt,
    Removal,
    Sample,
    Stats,
    StoredSample,
    Vectors,
)
from facemetric.gallery.searchable import Searchable
from facemetric.gallery.sqlite.gallery import SqliteGallery

__all__ = [
    "BACKENDS",
    "EXACT",
    "Consent",
    "Enrolment",
    "Gallery",
    "ListPlace",
    "MilvusGallery",
    "NewSample",
    "PeoplePage",
    "Person",
    "PersonRecord",
    "Portrait",
    "PostgresGallery",
    "Readable",
    "Receipt",
    "Removal",
    "Sample",
    "SearchIndex",
    "Searchable",
    "SqliteGallery",
    "Stats",
    "StoredSample",
    "Vectors",
    "erase",
    "event_document",
    "person_data",
    "receipt_problems",
]
