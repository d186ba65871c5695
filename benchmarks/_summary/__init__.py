"""The rows of the summary, by what was measured."""
