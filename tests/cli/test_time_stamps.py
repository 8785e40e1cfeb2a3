"""`--timestamp URL`: a server says when manifest and report were signed."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from helpers.certificates import Holder, between, holder, officer, p12, root
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR
from helpers.reports import DAY, PASSWORD
from helpers.stamp_servers import stamp_server

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="OpenSSL is not installed")
KEY = ("--sign-with", "us.p12", "--password-file", "password.txt")


def authority() -> Holder:
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    return holder("Dấu thời gian", root(), key_name="rsa-2048 tsa", extra=purpose)


@pytest.fixture
def evidence(desk: Desk) -> Desk:
    desk.export("vina.csv", ERROR)
    desk.write("us.p12", p12(officer("rsa-2048"), PASSWORD, between()))
    desk.write("password.txt", PASSWORD)
    desk.write("root.pem", root().pem)
    return desk


def test_a_report_and_the_manifest_are_stamped(evidence: Desk, cli: Command) -> None:
    with stamp_server(evidence.path / "tsa", authority(), root()) as address:
        reports = ("--report", "a.pdf", "--manifest", "m.json", "--timestamp", address)
        done = cli("audit", "vina.csv", *DAY, *reports, *KEY)
        assert done.code == 1, done.err
    manifest = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
    report = cli("verify", "a.pdf", "--trust", "root.pem", "--format", "json").document
    for signature in (manifest["signature"], report["signatures"][0]):
        assert (signature["holds"], signature["stamped"] is not None) == (True, True)
    for document in (manifest, report):
        assert [one["what"] for one in document["not_checked"]] == ["revocation"]
    assert "as a time stamp proves" in cli("verify", "a.pdf", "--trust", "root.pem").said
    # Whom nobody trusts, proves nothing.
    assert "as a time stamp proves" not in cli("verify", "a.pdf").said


@pytest.mark.parametrize("answer", [b"", b"no stamp", b"\x30\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x02"])
def test_a_server_that_gives_no_stamp_is_told_before_anything_is_written(evidence: Desk, cli: Command, answer) -> None:
    with stamp_server(evidence.path / "tsa", authority(), root(), answer=answer) as address:
        done = cli("audit", "vina.csv", *DAY, "--manifest", "m.json", "--timestamp", address, *KEY)
    assert done.code == 2
    one_message(done, address, "gives no time stamp")
    assert not list(Path().glob("m.json*"))


def test_a_stamp_of_something_else_is_refused(evidence: Desk, cli: Command) -> None:
    kept: list[bytes] = []
    from thuebao.results.evidence.signatures.stamper import HttpStamper, stamper_at

    with stamp_server(evidence.path / "tsa", authority(), root()) as address:
        ask = HttpStamper.async_request_tsa_response

        async def again(self: HttpStamper, req: object) -> object:
            answer = await ask(self, req)
            kept.append(answer.dump())
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(HttpStamper, "async_request_tsa_response", again)
            stamper_at(address)
    with stamp_server(evidence.path / "tsa", authority(), root(), answer=kept[0]) as address:
        done = cli("audit", "vina.csv", *DAY, "--manifest", "m.json", "--timestamp", address, *KEY)
    assert done.code == 2
    one_message(done, "gives no time stamp")


def test_addresses_that_are_none(evidence: Desk, cli: Command) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
    for address, said in (
        ("ftp://localhost/", "http://"),
        ("file:///etc/passwd", "http://"),
        ("tsa", "http://"),
        ("http://me:secret@localhost/", "without a password"),
        ("http://[", "http://"),
        (closed, "refused"),
    ):
        done = cli("audit", "vina.csv", *DAY, "--manifest", "m.json", "--timestamp", address, *KEY)
        assert done.code == 2
        one_message(done, said)
        assert "secret" not in done.err


def test_a_server_that_fails_at_the_end_leaves_no_half_document(
    evidence: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from thuebao.results.evidence.signatures.stamper import HttpStamper

    asked: list[object] = []
    ask = HttpStamper.async_request_tsa_response

    async def once(self: HttpStamper, req: object) -> object:
        asked.append(req)
        if len(asked) > 1:
            raise ConnectionResetError("gone")
        return await ask(self, req)

    monkeypatch.setattr(HttpStamper, "async_request_tsa_response", once)
    with stamp_server(evidence.path / "tsa", authority(), root()) as address:
        done = cli("audit", "vina.csv", *DAY, "--report", "a.pdf", "--manifest", "m.json", "--timestamp", address, *KEY)
    assert done.code == 2
    assert "a.pdf: was not written, since it could not be signed: gone" in done.err
    assert not [path.name for path in Path().iterdir() if path.name.startswith(("a.", "m.", "."))]
