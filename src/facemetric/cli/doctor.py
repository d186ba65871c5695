"""``facemetric doctor``: what is there, what is missing, what to do."""

from __future__ import annotations

import typer

from facemetric.cli.options import Json
from facemetric.cli.output import guarded, print_json


@guarded
def doctor(json_: Json = False) -> None:
    """Report versions, providers, bundles, data, disk; exit code 1 where something is broken.

    Example: facemetric doctor
    """
    from facemetric.cli.checkup import examine
    from facemetric.wire import DoctorOut

    checks = examine()
    ok = all(check.state != "failed" for check in checks)
    if json_:
        print_json(DoctorOut(ok=ok, checks=tuple(checks)))
    else:
        for check in checks:
            print(f"{check.state:<8} {check.name:<16} {check.detail}")
            if check.fix:
                print(f"{'':<25} {check.fix}")
    if not ok:
        raise typer.Exit(1)
