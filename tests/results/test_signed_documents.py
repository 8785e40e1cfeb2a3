"""Signatures in PDF: of the whole document, by whom, and what is none."""

from __future__ import annotations

import shutil
import subprocess
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.generic import pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter

from helpers.certificates import DAY, NOW, Holder, between, holder, named, officer, root, signer_of, trusting, usage
from helpers.desks import Desk
from helpers.signed_documents import built, rewritten, small_pdf
from thuebao.results.evidence.signatures.certificates import name_of
from thuebao.results.evidence.signatures.documents import MOST_SIGNATURES, DocumentError, examine_document
from thuebao.results.evidence.signatures.identity import identity_of


def signed_by(who: Holder, document: bytes | None = None, *others: Holder) -> bytes:
    return signer_of(who, *(others or (between(),))).sign_pdf(document or small_pdf())


@pytest.fixture(scope="module")
def document() -> bytes:
    return signed_by(officer("rsa-2048"))


def examined(document: bytes) -> list[tuple[str, str | None]]:
    return [(found.state, found.reason) for found in examine_document(document, trusting(root()))]


@pytest.mark.parametrize("key_name", ["rsa-2048", "officer"])
def test_a_signed_document_is_trusted_by_who_trusts_its_root(key_name: str) -> None:
    before = small_pdf()
    document = signed_by(officer(key_name), before)
    assert document.startswith(before)
    [found] = examine_document(document, trusting(root()))
    assert (found.state, found.reason, found.signer) == ("trusted", None, "Trần Thị Bình (Sở Thông tin)")
    assert (found.field, found.followed, found.stamped) == ("Signature1", False, None)
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert [one.state for one in examine_document(document, [])] == ["unchecked"]
    assert [one.state for one in examine_document(document, trusting(holder("Khác", authority=True)))] == ["untrusted"]


def test_a_document_without_signatures_has_none() -> None:
    assert examine_document(small_pdf(), []) == []


def test_no_changed_byte_of_a_document_is_overlooked(document: bytes) -> None:
    whole = examine_document(document, trusting(root()))
    begin, end = document.index(b"/Contents <") + 11, document.index(b">", document.index(b"/Contents <"))
    for place in [*range(0, begin, 13), *range(end + 1, len(document), 13), *range(begin, end, 331)]:
        changed = bytearray(document)
        changed[place] ^= 0x01
        try:
            found = examine_document(bytes(changed), trusting(root()))
        except DocumentError:
            continue
        # In the message itself some bytes are not signed: then nothing said differs.
        assert begin <= place < end or all(one.state == "invalid" for one in found)
        assert found == whole or not any(one.state == "trusted" for one in found)


def test_what_is_changed_after_signing_is_found(document: bytes) -> None:
    assert examined(rewritten(document, "0 of 0")) == [("invalid", "changed_later")]
    assert examined(document + b"\n% more\n") == [("invalid", "changed_later")]
    assert examined(document.replace(b"2.170", b"3.170", 1)) == [("invalid", "changed")]


def test_a_second_signature_leaves_the_first_and_no_change_between_them_passes(document: bytes) -> None:
    def again(before: bytes) -> bytes:
        """Sign as another tool does, in another field."""
        maker = signer_of(officer("second"), between())._maker
        told = PdfSignatureMetadata(
            field_name="Second", md_algorithm="sha512", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED
        )
        return PdfSigner(told, maker).sign_pdf(IncrementalPdfFileWriter(BytesIO(before))).getvalue()

    twice = again(document)
    assert [(one.state, one.field, one.followed) for one in examine_document(twice, trusting(root()))] == [
        ("trusted", "Signature1", True),
        ("trusted", "Second", False),
    ]
    assert examined(again(rewritten(document, "0 of 0"))) == [("invalid", "changed_later"), ("trusted", None)]
    assert examined(rewritten(twice, "0 of 0")) == [("invalid", "changed_later")] * 2


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (lambda: holder("Ai", between(), valid=(NOW - 30 * DAY, NOW - DAY)), "expired"),
        (lambda: holder("Ai", between(), valid=(NOW + DAY, NOW + 30 * DAY)), "not_yet"),
        (lambda: holder("Ai", between(), used_for=usage("key_encipherment")), "usage"),
        (lambda: holder("Ai", between(), purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)), "usage"),
        (lambda: holder("Ai", between(), key_name="rsa-1024"), "weak"),
    ],
    ids=["expired", "not yet valid", "key usage", "purpose", "short key"],
)
def test_certificates_that_cannot_sign_sign_no_document(who: Callable[[], Holder], reason: str) -> None:
    assert examined(signed_by(who())) == [("invalid", reason)]


def test_numbers_in_the_subject_are_told_from_other_texts() -> None:
    numbers = ("MST:0101234567-199", "CCCD:001085001234", "office 12")
    [found] = examine_document(signed_by(holder("Ai", between(), numbers=numbers)), trusting(root()))
    assert [(one.kind, one.value, one.is_personal) for one in found.identity] == [
        ("MST", "0101234567-199", False),
        ("CCCD", "001085001234", True),
    ]


def test_a_subject_without_a_name_does_not_show_its_numbers_as_one() -> None:
    subject = x509.Name(part for part in named("Ai", "CCCD:001085001234") if part.oid != NameOID.COMMON_NAME)
    assert name_of(subject) == "O=Sở Thông tin,C=VN"
    assert [one.value for one in identity_of(subject)] == ["001085001234"]


def test_a_time_without_a_zone_is_that_of_viet_nam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyhanko.sign.signers.pdf_byterange.pdf_date", lambda moment: pdf_string("D:20200229120000"))
    [found] = examine_document(signed_by(officer()), trusting(root()))
    assert found.at == datetime(2020, 2, 29, 5, tzinfo=UTC)
    assert found.reason == "not_yet"


def states(document: bytes) -> list[str]:
    """Return the states of signatures, or why the document cannot be examined."""
    try:
        return [state for state, _ in examined(document)]
    except DocumentError as error:
        return [error.key]


def with_range(document: bytes, numbers: bytes) -> bytes:
    begin = document.index(b"/ByteRange [") + 11
    end = document.index(b"]", begin) + 1
    return document[:begin] + numbers.ljust(end - begin) + document[end:]


@pytest.mark.parametrize(
    "numbers",
    [
        b"[0 0 0 0]",
        b"[0 10 20 9]",
        b"[5 100 9000 9]",
        b"[-5 1103 8821 5]",
        b"[0 9 8 7 6 5]",
        b"[0 99999999999 1 1]",
        b"(abc)",
        b"null",
        b"[0 (a) 1 2]",
        b"[]",
    ],
)
def test_ranges_of_bytes_that_lie(document: bytes, numbers: bytes) -> None:
    assert states(with_range(document, numbers)) in (["invalid"], ["pdf_damaged"])


def test_a_range_that_leaves_out_more_than_the_signature_is_refused(document: bytes) -> None:
    begin = document.index(b"/Contents <") + 10
    behind = document.index(b">", begin) + 1
    wider = f"[0 {begin} {behind + 9} {len(document) - behind - 9}]".encode()
    assert examined(with_range(document, wider)) == [("invalid", "not_whole")]


@pytest.mark.parametrize(
    "value",
    [
        b"<< /Type /Sig >>",
        b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] >>",
        b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>",
        b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <3003020100> >>",
        b"<< /Type /Sig /SubFilter /adbe.x509.rsa_sha1 /ByteRange [0 1 2 3] /Contents <00> >>",
        b"(no dictionary)",
        b"2 0 R",
    ],
)
def test_a_signature_field_that_holds_none(value: bytes) -> None:
    assert states(built(FORM, b"<< /T (a) /FT /Sig /V 3 0 R >>", value)) in (["invalid"], ["pdf_damaged"])


FORM = b"<< /Type /Catalog /AcroForm << /Fields [2 0 R] >> >>"


def kids(depth: int) -> bytes:
    """Return a tree of fields in which each leads to the next in two ways."""
    inner = [f"<< /T (a{n}) /Kids [{n} 0 R {n} 0 R] >>".encode() for n in range(3, depth)]
    return built(FORM, *inner, b"<< /T (end) >>")


def bomb() -> bytes:
    packed = zlib.compress(bytes(300 << 20))
    place = b"%PDF-1.7\n"
    head = b"1 0 obj\n<< /Type /XRef /Size 99999999 /W [1 4 2] /Index [0 99999999] /Root 2 0 R /Filter /FlateDecode "
    return (
        place + head + b"/Length %d >>\nstream\n%b\nendstream\nendobj\nstartxref\n9\n%%%%EOF\n" % (len(packed), packed)
    )


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (lambda document: document[:100], "pdf_damaged"),
        (lambda document: document[: len(document) // 2], "pdf_damaged"),
        (lambda document: document[:-20], "pdf_damaged"),
        (lambda document: document.replace(b"xref\n0 5", b"xref\n0 4294967295", 1), "pdf_damaged"),
        (lambda document: document.replace(b"/Prev ", b"/Prev 9", 1), "pdf_damaged"),
        (
            lambda document: built(b"<< /AcroForm << /Fields " + b"[" * 50_000 + b"]" * 50_000 + b" >> >>"),
            "pdf_damaged",
        ),
        (
            lambda document: built(b"<< /AcroForm << /Fields [2 0 R] >> >>", b"<< /T (a) /Kids [2 0 R] >>"),
            "pdf_damaged",
        ),
        (lambda document: kids(60), "pdf_damaged"),
        (lambda document: bomb(), "pdf_damaged"),
        (
            lambda document: built(
                b"<< /AcroForm << /Fields [" + b"2 0 R " * (MOST_SIGNATURES + 1) + b"] >> >>",
                b"<< /T (a) /FT /Sig /V << /Type /Sig >> >>",
            ),
            "pdf_signatures",
        ),
        (
            lambda document: built(
                b"<< /Type /Catalog >>",
                b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%b> /U <%b> >>" % (b"0" * 64, b"0" * 64),
                trailer="/Encrypt 2 0 R /ID [<00> <00>]",
            ),
            "pdf_encrypted",
        ),
    ],
    ids=[
        "cut",
        "half",
        "no end",
        "huge table",
        "no such table",
        "deep",
        "loop",
        "many ways",
        "bomb",
        "many",
        "encrypted",
    ],
)
def test_hostile_documents_are_refused_in_time(document: bytes, content: Callable[[bytes], bytes], wanted: str) -> None:
    made = content(document)
    before = time.process_time()
    with pytest.raises(DocumentError) as error:
        examine_document(made, trusting(root()))
    assert error.value.key == wanted
    assert time.process_time() - before < 30


pdfsig = pytest.mark.skipif(
    not (shutil.which("pdfsig") and shutil.which("certutil")), reason="pdfsig and certutil are not installed"
)


@pdfsig
@pytest.mark.parametrize("key_name", ["rsa-2048", "officer"])
def test_pdfsig_accepts_our_signature_and_no_changed_byte(desk: Desk, key_name: str) -> None:
    desk.write("root.pem", root().pem)
    Path("nss").mkdir()
    for options in (("-N", "--empty-password"), ("-A", "-n", "root", "-t", "C,C,C", "-i", "root.pem")):
        subprocess.run(["certutil", "-d", "nss", *options], check=True, capture_output=True, timeout=60)

    def said(document: bytes) -> str:
        desk.write("a.pdf", document)
        done = subprocess.run(["pdfsig", "-nssdir", "nss", "a.pdf"], capture_output=True, check=False, timeout=60)
        return done.stdout.decode()

    document = signed_by(officer(key_name))
    good = said(document)
    assert "Signature is Valid" in good
    assert "Certificate is Trusted" in good
    assert "Total document signed" in good
    assert "ETSI.CAdES.detached" in good
    assert "Signature is Valid" not in said(document.replace(b"2.170", b"2.171", 1))
    assert "Total document signed" not in said(rewritten(document, "0"))
