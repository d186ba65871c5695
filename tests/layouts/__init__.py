"""Builders of folders in the layouts that owners of test sets publish, from photographs at hand."""
