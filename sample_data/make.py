"""Make the exports of this folder, what is planted in them (truth.json) and what an audit finds (expected.json).

All five are cut from one generated world, in which nobody shares anything by accident. Each export has its first
records of that world, and together they have one violation of every rule and whole groups of those across records.
Whoever has a record here has all of them here. One of the exports does not say when records were last updated.
"""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from thuebao.rulebook.reference import rules_home
from thuebao.sample import write_sample

AS_OF = date(2026, 11, 23)
HERE = Path(__file__).parent
# Name → operator, how many of its first records, how they are written, what separates columns (None: Parquet).
EXPORTS = {
    "viettel.csv": ("Viettel", 248, {"headers": "vi"}, ","),
    "vinaphone.csv": ("VinaPhone", 115, {"headers": "vi_ascii", "updates": False}, ";"),
    "mobifone.csv": ("MobiFone", 135, {"headers": "en", "dates": "iso"}, ","),
    "vietnamobile.parquet": ("Vietnamobile", 70, {"headers": "canonical"}, None),
    "itel.csv": ("iTel", 52, {"headers": "canonical"}, "\t"),
}
# The generator plants rules across records in no less than 10,000; this small a share is one group for each rule.
WORLD = {"records": 10_000, "duplicates": 0.001, "operators": [row[0] for row in EXPORTS.values()], "as_of": AS_OF}
DAMAGE = {"defects": 0.25, "mess": 0.2}


def main() -> None:
    """Make them all."""
    with TemporaryDirectory() as folder:
        tidy, _ = whole_world(Path(folder), {})
        _, planted = whole_world(Path(folder), DAMAGE)
        shown = chosen(tidy, planted)
        edits = across_carriers(shown, planted)
        planted = pl.concat([planted, edits.drop("value")]).sort("record")
        truth = []
        for name, (operator, _, style, separator) in EXPORTS.items():
            export, _ = world(Path(folder), DAMAGE | style)
            for record, _, column, value in edits.drop_nulls("value").iter_rows():
                export[record - 1, columns(style, tidy).index(column)] = value
            records = shown.filter(operator=operator).select("record").with_row_index("place", offset=1)
            export = export[(records["record"] - 1).to_list()]
            if separator is None:
                export.write_parquet(HERE / name)
            else:
                export.write_csv(HERE / name, separator=separator)
            here = records.join(planted, on="record", maintain_order="left").select("place", "code", "column")
            truth += [json.dumps([name, *row]) for row in here.iter_rows()]
    (HERE / "truth.json").write_text("[\n" + ",\n".join(truth) + "\n]\n", "utf-8")
    run = audit()
    if run.returncode != 1:  # they hold errors
        sys.exit(run.stderr.decode())
    (HERE / "expected.json").write_bytes(run.stdout)


def audit() -> subprocess.CompletedProcess[bytes]:
    """Audit this folder as a user would."""
    command = [sys.executable, "-m", "thuebao", "audit", f"{HERE.name}/", "--as-of", AS_OF.isoformat()]
    return subprocess.run([*command, "--format", "json"], cwd=HERE.parent, capture_output=True, check=False)


def world(folder: Path, options: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return all records of all operators, in the same order however they are written, and the truth about them."""
    report = write_sample(folder / "world.csv", rules_dir=rules_home(), force=True, **WORLD, **options)
    truth = pl.read_csv(report.truth, schema_overrides={"record": pl.Int64}).drop("path")
    return pl.read_csv(folder / "world.csv", infer_schema=False), truth


def whole_world(folder: Path, options: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the same as `world`, but each operator's records as its own export has them."""
    # A record stands at the same place in every world; mess may be in an operator's name.
    operator = world(folder, {})[0]["operator"]
    silent = operator.is_in([row[0] for row in EXPORTS.values() if "updates" in row[2]])
    place = pl.int_range(1, len(operator) + 1, eager=True).alias("record")
    records, truths = [], []
    for updates, mine in ((True, place.filter(~silent)), (False, place.filter(silent))):
        frame, truth = world(folder, options | {"updates": updates})
        records.append(frame.with_columns(place)[(mine - 1).to_list()])
        truths.append(truth.join(mine.to_frame(), on="record", how="semi"))
    return pl.concat(records, how="diagonal").sort("record").drop("record"), pl.concat(truths).sort("record")


def columns(style: dict[str, object], tidy: pl.DataFrame) -> list[str]:
    """Return the columns of an export by their canonical names."""
    return [name for name in tidy.columns if style.get("updates", True) or name != "info_updated_at"]


def chosen(tidy: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """Return the records that the exports show, with their number in the world in the column `record`."""
    first = {operator: count for operator, count, *_ in EXPORTS.values()}
    across = planted.filter(pl.col("code").str.starts_with("DUP"))
    one_of_each = planted.unique("code", keep="first")
    records = tidy.with_columns(record=pl.int_range(1, pl.len() + 1))
    wanted = pl.col("record").is_in([*across["record"], *one_of_each["record"]])
    wanted |= pl.int_range(pl.len()).over("operator") < pl.col("operator").replace_strict(first)
    people = records.filter(wanted)["id_number"].drop_nulls().to_list()
    return records.filter(wanted | pl.col("id_number").is_in(people))


def across_carriers(shown: pl.DataFrame, planted: pl.DataFrame) -> pl.DataFrame:
    """Return two more violations, since the generator keeps those of their rules within one operator.

    Columns: record, code and column as in the truth, and value: what the column is to say there, if it changes.
    """
    sound = ~pl.col("record").is_in(planted["record"].to_list()) & pl.col("terminated_at").is_null()
    people = shown.drop_nulls("id_number").filter(sound.all().over("id_number"))
    # DUP121: the first who has numbers at Viettel and elsewhere bears another customer's name there.
    somebody = people.filter(pl.col("operator").n_unique().over("id_number") > 1)["id_number"][0]
    person, others = people.filter(id_number=somebody), people.filter(pl.col("id_number") != somebody)
    name = pl.when(pl.col("operator") != "Viettel").then(pl.lit(others["full_name"][0]))
    # DUP131: the first photo of iTel is that of somebody at MobiFone.
    photos = others.drop_nulls("portrait_hash").unique("operator", keep="first", maintain_order=True)
    photo = pl.when(operator="iTel").then(pl.lit(photos.filter(operator="MobiFone")["portrait_hash"][0]))
    photos = photos.filter(pl.col("operator").is_in(["MobiFone", "iTel"]))
    return pl.concat(
        [
            person.select("record", code=pl.lit("DUP121"), column=pl.lit("full_name"), value=name),
            photos.select("record", code=pl.lit("DUP131"), column=pl.lit("portrait_hash"), value=photo),
        ]
    )


if __name__ == "__main__":
    main()
