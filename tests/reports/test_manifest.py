"""What a manifest says of an audit, and where it may be written."""

from __future__ import annotations

import hashlib
import stat
import sys
from datetime import datetime
from pathlib import Path

import pytest

import thuebao
from helpers.certificates import NOW, officer, signer_of
from helpers.desks import Desk
from helpers.manifests import ABOUT, Made, make
from helpers.people import ERROR, GOOD, person
from thuebao.base.errors import OutputError, UsageError
from thuebao.engine.outputs import check_manifest_path
from thuebao.reports.json_document import render
from thuebao.reports.manifest import manifest_of, result_digest, write_manifest, written
from thuebao.results.evidence.verify import signature_path, verify


def test_a_manifest_says_what_was_audited_and_what_came_of_it(made: Made) -> None:
    document = made.document
    assert document["schema"] == "thuebao-manifest/1"
    assert document["tool"] == {"name": "thuebao", "version": thuebao.__version__}
    assert document["libraries"] == {"polars": "2.1"}
    assert document["python"] == ".".join(map(str, sys.version_info[:3]))
    assert (document["made_by"], document["options"]) == ("Phòng Thanh tra", {"where": "province = 'Hà Nội'"})
    assert datetime.fromisoformat(document["started"]) == ABOUT.started.replace(microsecond=0)
    assert document["ended"].endswith("+07:00")
    assert [entry["path"] for entry in document["inputs"]] == ["exports/viettel.csv", "exports/vina.csv"]
    for entry in [*document["inputs"], *document["outputs"]]:
        content = (made.desk.path / entry["path"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert entry["changed"].endswith("+07:00")
    [_, vina] = document["inputs"]
    assert (vina["format"], vina["encoding"], vina["records"], vina["rejected"]) == ("csv", "utf-8", 2, 0)
    assert document["counts"]["totals"] == made.result.totals
    assert {o["operator"] for o in document["counts"]["operators"]} == {"Viettel", "VinaPhone"}
    assert [r["violations"] for r in document["counts"]["rules"] if r["code"] == "PER101"] == [1]
    assert [entry["name"] for entry in document["outputs"]] == ["findings"]
    assert (document["as_of"], document["law"]) == (NOW.date().isoformat(), "auto")
    printed = (render(made.result) + "\n").encode()
    assert document["result"]["sha256"] == result_digest(made.result) == hashlib.sha256(printed).hexdigest()


def test_a_manifest_holds_nothing_of_a_record(made: Made) -> None:
    text = (made.desk.path / made.path).read_text("utf-8")
    for value in [v for record in (GOOD, ERROR, person(5)) for v in record.values() if len(v) > 6]:
        assert value not in text


def test_the_same_audit_again_gives_the_same_digests(made: Made) -> None:
    before = made.document
    after = make(made.desk, "exports").document
    volatile = ("changed",)
    for document in (before, after):
        for entry in [*document["inputs"], *document["outputs"]]:
            for name in volatile:
                del entry[name]
    assert before == after


def test_a_manifest_and_its_signature_are_for_their_owner_alone(made: Made) -> None:
    for path in (made.path, signature_path(made.path)):
        assert stat.S_IMODE((made.desk.path / path).stat().st_mode) == 0o600
    assert not [name for name in made.desk.files() if name.endswith(".part")]


def test_an_unsigned_manifest_takes_the_place_of_a_signed_one_whole(made: Made) -> None:
    make(made.desk, "exports")
    assert not signature_path(made.path).exists()
    assert verify(made.path).signed is None


def test_a_signature_that_cannot_be_written_leaves_no_manifest(desk: Desk) -> None:
    desk.export("vina.csv")
    Path("m.json.p7s").mkdir()
    result = thuebao.audit("vina.csv", hash_inputs=True)
    with pytest.raises(OutputError):
        write_manifest(Path("m.json"), manifest_of(result, ABOUT, {}, {}), signer_of(officer()))
    assert desk.files() == {"vina.csv"}


def test_what_is_said_of_what_was_written(desk: Desk) -> None:
    paths = [Path("m.json"), Path("m.json.p7s")]
    assert written(paths[:1]) == ["Manifest: m.json"]
    assert written(paths, signer_of(officer())) == [
        "Manifest: m.json",
        "Signature of Trần Thị Bình (Sở Thông tin): m.json.p7s",
    ]


def test_a_manifest_may_not_take_the_place_of_something_else(desk: Desk) -> None:
    desk.export("vina.json")
    Path("link.json").symlink_to("vina.json")
    check_manifest_path(Path("m.json"), [Path("fix.csv")], {"output_over_input": ["vina.json"]})
    for path, outputs, inputs in [
        ("m.csv", [], []),
        ("m.json", [Path("m.json")], []),
        ("m.json", [Path("m.json.p7s")], []),
        ("vina.json", [], ["vina.json"]),
        ("link.json", [], ["vina.json"]),
    ]:
        with pytest.raises(UsageError):
            check_manifest_path(Path(path), outputs, {"output_over_input": inputs})
