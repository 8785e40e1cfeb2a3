"""`--report x.pdf --sign-with`: a signed report, and what `verify` says of it, alone and in a manifest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pyhanko.sign import SimpleSigner

from helpers.certificates import DAY as ONE_DAY
from helpers.certificates import NOW, between, holder, officer, p12, root
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD
from helpers.reports import DAY, PASSWORD
from helpers.signed_documents import rewritten, small_pdf
from helpers.tokens import MODULE, PIN, Held, make_token, needs_tokens, set_up

KEY = ("--sign-with", "us.p12", "--password-file", "password.txt")


@pytest.fixture
def evidence(desk: Desk) -> Desk:
    who = holder("Trần Thị Bình", between(), numbers=("MST:0101234567", "CCCD:001085001234"))
    desk.export("vina.csv", ERROR, GOOD)
    desk.write("us.p12", p12(who, PASSWORD, between()))
    desk.write("password.txt", PASSWORD)
    desk.write("root.pem", root().pem)
    desk.write("other.pem", holder("Khác", authority=True).pem)
    return desk


def test_a_report_and_the_manifest_are_signed_together(evidence: Desk, cli: Command) -> None:
    done = cli("audit", "vina.csv", *DAY, "--report", "a.pdf", "--report", "a.html", "--manifest", "m.json", *KEY)
    assert done.code == 1, done.err
    assert "Signed by Trần Thị Bình (Sở Thông tin): a.pdf" in done.err
    found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
    assert found["holds"] is True
    assert {file["path"]: len(file.get("signatures", ())) for file in found["files"] if file["kind"] == "output"} == {
        "a.pdf": 1,
        "a.html": 0,
    }
    [signature] = next(file["signatures"] for file in found["files"] if file["path"] == "a.pdf")
    assert (signature["holds"], signature["state"], signature["field"]) == (True, "trusted", "Signature1")
    shown = cli("verify", "m.json", "--trust", "root.pem").out
    assert "Signatures in a.pdf" in shown
    assert cli("verify", "m.json", "--trust", "other.pem").code == 1
    # Bytes, not only records, are what is vouched for: one more is told by the digest.
    Path("a.pdf").write_bytes(Path("a.pdf").read_bytes() + b"\n")
    found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
    assert found["holds"] is False
    assert next(file["status"] for file in found["files"] if file["path"] == "a.pdf") == "changed"


def test_a_report_is_signed_without_a_manifest_too(evidence: Desk, cli: Command) -> None:
    assert cli("audit", "vina.csv", *DAY, "--report", "a.pdf", *KEY).code == 1
    for options in ((), ("--trust", "root.pem"), ("--lang", "vi")):
        assert cli("verify", "a.pdf", *options).code == 0
    assert cli("verify", "a.pdf", "--trust", "other.pem").code == 1
    document = Path("a.pdf").read_bytes()
    for place in range(0, len(document), len(document) // 40):
        changed = bytearray(document)
        changed[place] ^= 0x01
        evidence.write("changed.pdf", bytes(changed))
        done = cli("verify", "changed.pdf", "--trust", "root.pem", "--format", "json")
        begin = document.rindex(b"/Contents <")
        # What is not signed is the signature itself; not all of it says something.
        assert done.code in (1, 3) or begin < place < document.index(b">", begin)
        assert "Traceback" not in done.err
    evidence.write("later.pdf", rewritten(document, "nothing was found"))
    done = cli("verify", "later.pdf", "--trust", "root.pem")
    assert done.code == 1
    assert "was changed after it was signed" in done.said


def test_an_audit_signed_again_finds_its_own_report_to_be_none_of_the_exports(evidence: Desk, cli: Command) -> None:
    evidence.export("exports/vina.csv", ERROR, GOOD)
    options = ("exports", *DAY, "--report", "exports/a.pdf", *KEY, "--format", "json")
    first = cli("audit", *options)
    again = cli("audit", *options, "--force")
    assert (first.code, again.code) == (1, 1), again.err
    assert again.document["totals"] == first.document["totals"]


def test_numbers_of_a_signer_are_shown_and_those_of_a_person_masked(evidence: Desk, cli: Command) -> None:
    cli("audit", "vina.csv", *DAY, "--report", "a.pdf", "--manifest", "m.json", *KEY)
    for path in ("a.pdf", "m.json"):
        shown = cli("verify", path).said
        assert "MST 0101234567" in shown
        assert "CCCD 001*****34" in shown
        assert "001085001234" not in shown + cli("verify", path, "--format", "json").out
        assert "CCCD 001085001234" in cli("verify", path, "--reveal").said
    [signature] = cli("verify", "a.pdf", "--reveal", "--format", "json").document["signatures"]
    assert signature["identity"] == [
        {"kind": "MST", "value": "0101234567"},
        {"kind": "CCCD", "value": "001085001234"},
    ]


def test_the_document_of_a_verified_report(evidence: Desk, cli: Command) -> None:
    cli("audit", "vina.csv", *DAY, "--report", "a.pdf", *KEY)
    document = cli("verify", "a.pdf", "--format", "json").document
    assert list(document) == ["schema", "tool", "document", "holds", "signatures", "not_checked"]
    assert (document["schema"], document["document"]) == ("thuebao-verification/1", "a.pdf")
    assert [one["what"] for one in document["not_checked"]] == ["chain", "time", "revocation"]
    assert "whether a certificate was revoked" in cli("verify", "a.pdf", "--trust", "root.pem").said
    assert "it is what the signer says" in cli("verify", "a.pdf", "--trust", "root.pem").said


def test_reports_that_are_not_signed_or_no_pdf(evidence: Desk, cli: Command) -> None:
    evidence.write("bare.pdf", small_pdf())
    done = cli("verify", "bare.pdf")
    assert (done.code, "Not signed." in done.out) == (1, True)
    for name, content in (("text.pdf", b"no PDF"), ("cut.pdf", small_pdf()[:200]), ("empty.pdf", b"")):
        evidence.write(name, content)
        done = cli("verify", name)
        assert done.code == 3
        one_message(done, name)
    for name in ("nowhere.pdf", "."):
        assert cli("verify", name).code == 3
    Path("folder.pdf").mkdir()
    one_message(cli("verify", "folder.pdf"), "folder.pdf")
    done = cli("verify", "bare.pdf", "--root", ".")
    assert done.code == 2
    one_message(done, "--root")
    evidence.write("called.otherwise", Path("bare.pdf").read_bytes())
    assert "Not signed." in cli("verify", "called.otherwise").out


def test_a_report_whose_signature_was_damaged_before_the_manifest_is_told(evidence: Desk, cli: Command) -> None:
    cli("audit", "vina.csv", *DAY, "--report", "a.pdf", "--manifest", "m.json")
    assert cli("verify", "m.json").code == 0  # an unsigned PDF is what the manifest says
    from thuebao.results.evidence.digests import digest_of

    evidence.write("a.pdf", small_pdf().replace(b"/Type /Catalog", b"/Type /Catalog /X [/ByteRange]", 1))
    document = json.loads(Path("m.json").read_text("utf-8"))
    for output in document["outputs"]:
        output |= {"sha256": digest_of(Path("a.pdf")), "bytes": Path("a.pdf").stat().st_size}
    evidence.write("m.json", json.dumps(document))
    done = cli("verify", "m.json", "--format", "json")
    assert (done.code, done.document["holds"]) == (1, False)
    assert [one["reason"] for file in done.document["files"] for one in file.get("signatures", ())] == ["garbage"]


def test_an_unsigned_report_is_the_same_bytes_and_stands_before_what_signing_adds(evidence: Desk, cli: Command) -> None:
    for name in ("one.pdf", "two.pdf"):
        cli("audit", "vina.csv", *DAY, "--report", name)
    cli("audit", "vina.csv", *DAY, "--report", "signed.pdf", *KEY)
    size = Path("one.pdf").stat().st_size
    assert Path("one.pdf").stat().st_size == Path("two.pdf").stat().st_size
    assert Path("signed.pdf").read_bytes()[:1000] == Path("one.pdf").read_bytes()[:1000]
    assert Path("signed.pdf").stat().st_size > size


def test_a_signature_that_fails_leaves_no_report_and_no_manifest(
    evidence: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence.write("us.p12", p12(officer(), PASSWORD, between()))

    def failing(*given: object, **how: object) -> bytes:
        raise RuntimeError("the key is gone")

    monkeypatch.setattr(SimpleSigner, "sign_raw", failing)
    done = cli("audit", "vina.csv", *DAY, "--report", "a.pdf", "--manifest", "m.json", *KEY)
    assert done.code == 2
    assert "a.pdf: was not written, since it could not be signed: the key is gone" in done.err
    assert not [path.name for path in Path().iterdir() if path.name.startswith((".", "a.", "m."))]


def test_an_expired_certificate_signs_no_report(evidence: Desk, cli: Command) -> None:
    evidence.write("us.p12", p12(holder("Cũ", between(), valid=(NOW - 9 * ONE_DAY, NOW - ONE_DAY)), PASSWORD))
    done = cli("audit", "vina.csv", *DAY, "--report", "a.pdf", *KEY)
    assert done.code == 2
    one_message(done, "us.p12", f"{NOW - ONE_DAY:%Y-%m-%d}")
    assert not Path("a.pdf").exists()


@needs_tokens
def test_a_report_and_the_manifest_are_signed_by_one_token_with_one_pin(
    evidence: Desk, cli: Command, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("softhsm")
    set_up(folder, monkeypatch)
    make_token(folder, "USB", Held(officer("rsa-2048")), Held(between(), "ca", b"\x02", with_key=False))
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "thuebao.results.evidence.signatures.secrets.getpass", lambda prompt: asked.append(prompt) or PIN
    )
    token = ("--sign-with", "token:USB", "--pkcs11-module", str(MODULE))
    reports = ("--report", "a.pdf", "--report", "b.pdf", "--manifest", "m.json")
    assert cli("audit", "vina.csv", *DAY, *reports, *token).code == 1
    assert asked == ["PIN of token:USB: "]
    for path in ("a.pdf", "b.pdf", "m.json"):
        assert cli("verify", path, "--trust", "root.pem").code == 0
    shutil.rmtree(folder / "tokens")
