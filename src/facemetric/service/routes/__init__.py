"""The routes, one noun a file."""

from facemetric.service.routes import (
    bundles,
    faces,
    galleries,
    keys,
    people,
    samples,
    search,
    system,
)

ROUTERS = tuple(
    module.router for module in (system, faces, galleries, people, samples, search, bundles, keys)
)

__all__ = ["ROUTERS"]
