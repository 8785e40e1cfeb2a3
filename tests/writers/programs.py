"""The data set as programs that are no Python write it; those that a machine lacks are skipped there."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from writers.form import PRINTED, REFUSED, SAID, SAME, Form, Rows

_OUT = re.compile(r"\bOUT\b")
_PHP = """
$rows = array_map(fn($line) => str_getcsv($line, ",", "\\"", ""), file("plain.csv", FILE_IGNORE_NEW_LINES));
"""
_RUBY = 'require "csv"; require "json"; rows = CSV.read("plain.csv", encoding: "utf-8");'
_NODE = """
const fs = require("fs"), stringify = require("csv-stringify/sync"), Papa = require("papaparse");
const XLSX = require("xlsx"), ExcelJS = require("exceljs");
const rows = Papa.parse(fs.readFileSync("plain.csv", "utf8").trim()).data;
const records = rows.slice(1).map(row => Object.fromEntries(row.map((value, n) => [rows[0][n], value])));
"""
_PERL = """
use Text::CSV; use open qw(:std :encoding(UTF-8));
my $csv = Text::CSV->new({binary => 1}); open my $in, "<:encoding(UTF-8)", "plain.csv";
my @rows = @{$csv->getline_all($in)};
"""


def _run(*command: str, into: bool = False) -> Callable[[Rows, Path], object]:
    """Return what runs a program beside a plain.csv; OUT among its words is the file to write. into: its output is."""

    def write(rows: Rows, path: Path) -> None:
        plain = path.with_name("plain.csv")
        with plain.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        words = [_OUT.sub(path.name, word) for word in command]
        done = subprocess.run(
            words, cwd=path.parent, capture_output=True, check=False, env=os.environ | {"LC_ALL": "C.UTF-8"}
        )
        assert done.returncode == 0, done.stderr.decode()
        if into:
            path.write_bytes(done.stdout)
        plain.unlink()

    return write


def _form(name: str, ending: str, program: str, *words: str, expected: str = SAME, because: Sequence[str] = ()) -> Form:
    into = not any(map(_OUT.search, words))
    return Form(name, ending, _run(program, *words, into=into), [program], expected, because)


def _node(name: str, ending: str, code: str, expected: str = SAME, because: Sequence[str] = ()) -> Form:
    return _form(name, ending, "node", "-e", _NODE + code, expected=expected, because=because)


_SQLITE = ("sqlite3", ":memory:", "-cmd", ".import --csv plain.csv export")
_SHEETJS = 'const book = XLSX.utils.book_new(); XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), "1");'

_R = 'd <- read.csv("plain.csv", colClasses = "character", check.names = FALSE, na.strings = character());'


def _r(name: str, ending: str, code: str, expected: str = SAME, because: Sequence[str] = ()) -> Form:
    return Form(f"R, {name}", ending, _run("Rscript", "-e", _R + code), ["Rscript"], expected, because)


def _office(ending: str, expected: str, because: Sequence[str]) -> Form:
    """Return a form of LibreOffice, which takes numbers for numbers as it opens the CSV."""
    filter_ = "--infilter=Text - txt - csv (StarCalc):44,34,76"

    def write(rows: Rows, path: Path) -> None:
        profile = f"-env:UserInstallation={path.with_name('profile').as_uri()}"
        _run("soffice", profile, "--headless", "--convert-to", ending, filter_, "plain.csv")(rows, path)
        path.with_name(f"plain.{ending}").rename(path)

    return Form("LibreOffice", ending, write, ["soffice"], expected, because)


PROBES = {
    "node": ("node", "-e", "for (const name of ['csv-stringify/sync', 'papaparse', 'xlsx', 'exceljs']) require(name)"),
    "perl": ("perl", "-MText::CSV", "-e", "1"),
    "php": ("php", "-r", "json_encode(1);"),
    "ruby": ("ruby", "-e", 'require "csv"; require "json"'),
    "sqlite3": ("sqlite3", "-box", ":memory:", "SELECT 1"),
    "mlr": ("mlr", "--ojsonl", "-n", "cat"),
}
"""Whether a program has what it writes with: its own libraries, or the version that has the option."""


@cache
def is_there(program: str) -> bool:
    """Return whether this machine has a program, with its libraries."""
    if not shutil.which(program):
        return False
    probe = PROBES.get(program)
    return not probe or subprocess.run(probe, capture_output=True, check=False).returncode == 0


FORMS_OF_PROGRAMS = [
    _r("write.csv", "csv", 'write.csv(d, "OUT")'),
    _r("write.csv, no row names", "csv", 'write.csv(d, "OUT", row.names = FALSE)'),
    _r("write.csv2", "csv", 'write.csv2(d, "OUT")'),
    _r("write.table", "txt", 'write.table(d, "OUT")'),
    _r("write.table, tabs", "tsv", 'write.table(d, "OUT", sep = "\\t")'),
    _r("saveRDS", "rds", 'saveRDS(d, "OUT", compress = FALSE)', REFUSED, ("kind_data",)),
    _office("xlsx", SAID, ("numbers_not_text",)),
    _office("xls", SAID, ("numbers_not_text",)),
    _office("ods", SAID, ("numbers_not_text",)),
    _office("html", SAID, ("numbers_not_text", "ID105", "NUM102")),
    _office("fods", REFUSED, ("kind_unsupported",)),
    _office("dif", REFUSED, ("kind_data",)),
    _office("slk", SAID, ("numbers_not_text", "ID105", "NUM102")),
    _office("pdf", REFUSED, ("kind_document",)),
    _form(
        "PHP, fputcsv",
        "csv",
        "php",
        "-r",
        _PHP + '$out = fopen("OUT", "w"); foreach ($rows as $row) fputcsv($out, $row);',
    ),
    _form(
        "PHP, json_encode",
        "json",
        "php",
        "-r",
        _PHP
        + "$head = array_shift($rows); echo json_encode(array_map(fn($row) => array_combine($head, $row), $rows));",
    ),
    _form("Ruby, CSV", "csv", "ruby", "-e", _RUBY + "print rows.map(&:to_csv).join"),
    _form(
        "Ruby, CSV quoted", "csv", "ruby", "-e", _RUBY + "print rows.map { |row| row.to_csv(force_quotes: true) }.join"
    ),
    _form(
        "Ruby, JSON",
        "json",
        "ruby",
        "-e",
        _RUBY + "print JSON.pretty_generate(rows[1..].map { |row| rows[0].zip(row).to_h })",
    ),
    _form("Perl, Text::CSV", "csv", "perl", "-e", _PERL + '$csv->eol("\\r\\n"); $csv->print(\\*STDOUT, $_) for @rows;'),
    _form("SQLite, csv", "csv", *_SQLITE, "-header", "-csv", "SELECT * FROM export"),
    _form(
        "SQLite, list",
        "txt",
        *_SQLITE,
        "-header",
        "SELECT * FROM export",
        expected=REFUSED,
        because=("too_many_rejected",),
    ),
    _form(
        "SQLite, tabs",
        "tsv",
        *_SQLITE,
        "-header",
        "-tabs",
        "SELECT * FROM export",
        expected=REFUSED,
        because=("too_many_rejected",),
    ),
    _form("SQLite, html", "html", *_SQLITE, "-header", "-html", "SELECT * FROM export"),
    _form("SQLite, json", "json", *_SQLITE, "-json", "SELECT * FROM export"),
    _form(
        "SQLite, column",
        "txt",
        *_SQLITE,
        "-header",
        "-column",
        "SELECT * FROM export",
        expected=REFUSED,
        because=PRINTED,
    ),
    _form("SQLite, box", "txt", *_SQLITE, "-box", "SELECT * FROM export", expected=REFUSED, because=PRINTED),
    _form("SQLite, table", "txt", *_SQLITE, "-table", "SELECT * FROM export", expected=REFUSED, because=PRINTED),
    _form("SQLite, markdown", "md", *_SQLITE, "-markdown", "SELECT * FROM export", expected=REFUSED, because=PRINTED),
    _form(
        "SQLite, line",
        "txt",
        *_SQLITE,
        "-line",
        "SELECT * FROM export",
        expected=REFUSED,
        because=PRINTED,
    ),
    _form("SQLite, dump", "sql", *_SQLITE, ".dump", expected=REFUSED, because=("kind_dump",)),
    _form(
        "SQLite, database",
        "db",
        "sqlite3",
        "OUT",
        "-cmd",
        ".import --csv plain.csv export",
        "SELECT 1",
        expected=REFUSED,
        because=("kind_data",),
    ),
    _form("Miller, csv", "csv", "mlr", "--csv", "cat", "plain.csv"),
    _form("Miller, json", "json", "mlr", "--icsv", "--ojson", "-S", "cat", "plain.csv"),
    _form("Miller, json lines", "jsonl", "mlr", "--icsv", "--ojsonl", "-S", "cat", "plain.csv"),
    _form(
        "Miller, pprint",
        "txt",
        "mlr",
        "--icsv",
        "--opprint",
        "cat",
        "plain.csv",
        expected=REFUSED,
        because=PRINTED,
    ),
    _form("Miller, markdown", "md", "mlr", "--icsv", "--omd", "cat", "plain.csv", expected=REFUSED, because=PRINTED),
    _form(
        "Miller, xtab",
        "txt",
        "mlr",
        "--icsv",
        "--oxtab",
        "cat",
        "plain.csv",
        expected=REFUSED,
        because=PRINTED,
    ),
    _node("csv-stringify", "csv", 'fs.writeFileSync("OUT", stringify.stringify(rows))'),
    _node("Papa Parse", "csv", 'fs.writeFileSync("OUT", Papa.unparse(rows))'),
    _node("Papa Parse, quoted", "csv", 'fs.writeFileSync("OUT", Papa.unparse(rows, {quotes: true}))'),
    _node("JSON.stringify", "json", 'fs.writeFileSync("OUT", JSON.stringify(records))'),
    *(
        _node(f"SheetJS, {kind}", ending, _SHEETJS + f'XLSX.writeFile(book, "OUT", {{bookType: "{kind}"}})')
        for kind, ending in {
            "xlsx": "xlsx",
            "xlsm": "xlsm",
            "biff8": "xls",
            "ods": "ods",
            "csv": "csv",
            "xlml": "xls",
            "html": "xls",
            "sylk": "slk",
            "txt": "txt",
        }.items()
    ),
    *(
        _node(
            f"SheetJS, {kind}",
            ending,
            _SHEETJS + f'XLSX.writeFile(book, "OUT", {{bookType: "{kind}"}})',
            REFUSED,
            because,
        )
        for kind, ending, because in (
            # Its letters are lost, those of headers too.
            ("biff5", "xls", ("not_an_export",)),
            ("xlsb", "xlsb", ("kind_unsupported", "kind_data", "spreadsheet_damaged")),
            ("fods", "fods", ("kind_unsupported",)),
            ("dif", "dif", ("kind_data",)),
            ("rtf", "rtf", ("kind_document",)),
            ("prn", "prn", PRINTED),
            ("eth", "eth", ("kind_mail",)),
        )
    ),
    _node(
        "ExcelJS",
        "xlsx",
        'const book = new ExcelJS.Workbook(); book.addWorksheet("1").addRows(rows); book.xlsx.writeFile("OUT")',
    ),
    _node(
        "ExcelJS, csv",
        "csv",
        'const book = new ExcelJS.Workbook(); book.addWorksheet("1").addRows(rows); book.csv.writeFile("OUT")',
    ),
    *(
        Form(
            f"Gnumeric, {ending}",
            ending,
            _run("ssconvert", "plain.csv", "OUT"),
            ["ssconvert"],
            SAID,
            ("numbers_not_text",),
        )
        for ending in ("xlsx", "xls", "ods")
    ),
    Form("7-Zip, zip", "zip", _run("7z", "a", "-bd", "OUT", "plain.csv"), ["7z"]),
    Form("7-Zip, 7z", "7z", _run("7z", "a", "-bd", "OUT", "plain.csv"), ["7z"], REFUSED, ("kind_packed",)),
    Form("GNU tar", "tar.gz", _run("tar", "czf", "OUT", "plain.csv"), ["tar"]),
    Form("zstd", "csv.zst", _run("zstd", "-q", "plain.csv", "-o", "OUT"), ["zstd"]),
    Form("xz", "csv.xz", _run("xz", "-c", "plain.csv", into=True), ["xz"]),
    Form("lz4", "csv.lz4", _run("lz4", "-q", "plain.csv", "OUT"), ["lz4"], REFUSED, ("kind_packed",)),
]
