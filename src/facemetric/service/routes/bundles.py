"""The model bundle in use: licence, provenance, calibration."""

from __future__ import annotations

from fastapi import APIRouter, Response

from facemetric.recognizer.documents import model_document
from facemetric.service.access import GuardedRoute, needs
from facemetric.service.answers import TheService, answer
from facemetric.wire import BundleOut, CalibrationOut, PointOut

router = APIRouter(tags=["bundles"], route_class=GuardedRoute)


@router.get(
    "/v1/bundle",
    response_model=BundleOut,
    summary="The bundle in use",
    openapi_extra=needs("read"),
)
async def show_bundle(service: TheService) -> Response:
    """Return the bundle in use: what may be done with it and its calibrated thresholds."""
    manifest = service.engine.recognizer.bundle.manifest
    return answer(
        BundleOut(
            model=model_document(manifest, origin="in use"),
            sha256=manifest.model.sha256,
            flip=service.engine.recognizer.flip,
            calibrations=tuple(
                CalibrationOut(
                    data=table.data,
                    flip=table.flip,
                    people=table.people,
                    points=tuple(PointOut.model_validate(point) for point in table.points),
                )
                for table in manifest.calibrations
            ),
        )
    )
