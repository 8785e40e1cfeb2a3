"""The command `sample`: a synthetic export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import OutputError, UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Headers, Lang, choice, day, option


def sample(
    out: Annotated[Path, typer.Argument(help=text("help.sample_out"), show_default=False)],
    records: Annotated[int, option("--records", help_key="sample_records", metavar="N", min=1)] = 1_000,
    seed: Annotated[int, option("--seed", help_key="sample_seed", metavar="N", min=0)] = 0,
    defects: Annotated[float, option("--defects", help_key="sample_defects", metavar="SHARE", min=0.0, max=1.0)] = 0.0,
    duplicates: Annotated[
        float, option("--duplicates", help_key="sample_duplicates", metavar="SHARE", min=0.0, max=1.0)
    ] = 0.0,
    mess: Annotated[float, option("--mess", help_key="sample_mess", metavar="SHARE", min=0.0, max=1.0)] = 0.0,
    headers: Annotated[Headers, choice(Headers, "--headers", help_key="sample_headers")] = Headers.CANONICAL,
    as_of: Annotated[str | None, option("--as-of", help_key="sample_as_of", metavar="YYYY-MM-DD")] = None,
    stage: Annotated[int | None, option("--stage", help_key="sample_stage", metavar="N", min=0)] = None,
    force: Annotated[bool, option("--force", help_key="sample_force")] = False,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Write a synthetic export."""
    from thuebao.rulebook.reference import rules_home
    from thuebao.sample import write_sample

    try:
        report = write_sample(
            out,
            records=records,
            seed=seed,
            defects=defects,
            duplicates=duplicates,
            mess=mess,
            headers=headers.value,
            as_of=day(as_of),
            force=force,
            rules_dir=rules_home(),
            stage=stage,
        )
    except FileExistsError:
        raise UsageError("sample_exists", path=out) from None
    except ValueError as error:
        raise UsageError("sample_argument", reason=error) from None
    except OSError as error:
        raise OutputError("output_unwritable", path=out, reason=error.strerror or error) from None
    print(text("notice.sample_written", records=report.records, path=out, truth=report.truth))
    if report.days:
        day_of_stage, notice = report.days
        print(text("notice.sample_stage", stage=stage, day=day_of_stage, notice=notice))
