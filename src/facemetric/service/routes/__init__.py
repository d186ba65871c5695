"""The routes, one noun a file."""

from facemetric.service.routes import (
    audit,
    bundles,
    events,
    faces,
    galleries,
    jobs,
    keys,
    people,
    portraits,
    reports,
    samples,
    search,
    session,
    system,
)

ROUTERS = tuple(
    module.router
    for module in (
        system,
        faces,
        galleries,
        people,
        samples,
        portraits,
        search,
        jobs,
        events,
        bundles,
        reports,
        audit,
        keys,
        session,
    )
)

__all__ = ["ROUTERS"]
