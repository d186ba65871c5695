"""Slow or separate ways to the results that tests compare with."""
