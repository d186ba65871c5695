"""Galleries as Parquet: one row a sample, to be read by anything, and back."""

from facemetric.jobs.parquet.checks import check_people
from facemetric.jobs.parquet.exporting import export_gallery
from facemetric.jobs.parquet.file import file_facts
from facemetric.jobs.parquet.importing import import_gallery

__all__ = ["check_people", "export_gallery", "file_facts", "import_gallery"]
