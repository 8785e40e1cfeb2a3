"""Signatures of manifests: whose word it is, and what is no signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    pkcs7,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from helpers.certificates import (
    CONTENT,
    DAY,
    NOW,
    Holder,
    between,
    holder,
    named,
    officer,
    p12,
    root,
    signer_of,
    trusting,
    usage,
)
from helpers.desks import Desk
from helpers.manifests import Made, shown
from thuebao.base.errors import UsageError
from thuebao.reports.verify import as_dict
from thuebao.results.evidence.signatures.examining import Signed, examine
from thuebao.results.evidence.signatures.key_files import load_signer
from thuebao.results.evidence.verify import signature_path, verify


@pytest.mark.parametrize("key_name", ["rsa-2048", "officer"])
def test_a_signature_is_trusted_by_who_trusts_its_root(desk: Desk, key_name: str) -> None:
    desk.write("us.p12", p12(officer(key_name), "mật khẩu", between(), root()))
    signer = load_signer(Path("us.p12"), "mật khẩu")
    assert signer.name == "Trần Thị Bình (Sở Thông tin)"
    signature = signer.sign(CONTENT)
    found = examine(CONTENT, signature, trusting(root()))
    assert (found.state, found.signer, found.issuer) == (
        "trusted",
        "Trần Thị Bình (Sở Thông tin)",
        "Trung gian (Sở Thông tin)",
    )
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert examine(CONTENT, signature, []).state == "unchecked"
    assert examine(CONTENT, signature, trusting(between())).state == "trusted"
    assert examine(CONTENT, signature, trusting(officer(key_name))).state == "trusted"


def test_verify_says_whose_signature_it_is(made: Made) -> None:
    made.desk.write("root.pem", root().pem)
    made.desk.write("other.pem", holder("Khác", authority=True).pem)
    assert verify(made.path, trust=[Path("root.pem")]).holds
    assert verify(made.path, trust=[Path("other.pem"), Path("root.pem")]).holds
    found = verify(made.path, trust=[Path("other.pem")])
    assert found.signed is not None
    assert (found.signed.state, found.holds) == ("untrusted", False)
    assert "does not lead back" in shown(found)


def test_who_asks_for_trust_is_not_content_without_a_signature(made: Made) -> None:
    made.desk.write("root.pem", root().pem)
    signature_path(made.path).unlink()
    assert verify(made.path).holds
    found = verify(made.path, trust=[Path("root.pem")])
    assert (found.signed, found.holds) == (None, False)
    assert as_dict(found)["signature"] == {"holds": False, "state": "none"}


def test_every_byte_of_a_signed_manifest_counts(made: Made) -> None:
    content = Path(made.path).read_bytes()
    signature = signature_path(made.path).read_bytes()
    for place in range(0, len(content), 97):
        changed = bytearray(content)
        changed[place] ^= 1
        assert examine(bytes(changed), signature, trusting(root())).reason == "changed"
    made.desk.write(str(made.path), content.replace(b'"VinaPhone"', b'"VinaPhonf"', 1))
    found = verify(made.path)
    assert found.signed is not None
    assert (found.signed.state, found.signed.reason, found.holds) == ("invalid", "changed", False)


def test_no_changed_byte_of_a_signature_is_trusted_for_something_else() -> None:
    signature = signer_of(officer(), between()).sign(CONTENT)
    whole = examine(CONTENT, signature, trusting(root()))
    for place in range(len(signature)):
        changed = bytearray(signature)
        changed[place] ^= 0x80 if place % 2 else 1
        found = examine(CONTENT, bytes(changed), trusting(root()))
        # Some bytes, as of a version or of a certificate not needed, are not signed: then nothing said differs.
        assert found.state != "trusted" or found == whole


@pytest.mark.parametrize(
    "signature",
    [b"", b"garbage", b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\x01\x00", bytes(1 << 21), CONTENT],
    ids=lambda data: f"{data[:6]!r} {len(data)}",
)
def test_garbage_is_no_signature(signature: bytes) -> None:
    assert examine(CONTENT, signature, trusting(root())) == Signed("invalid", "garbage")


def test_a_cut_or_lengthened_signature_is_garbage() -> None:
    signature = signer_of(officer()).sign(CONTENT)
    for end in (1, 10, len(signature) // 2, len(signature) - 1):
        assert examine(CONTENT, signature[:end], []).reason == "garbage"
    assert examine(CONTENT, signature + b"\0", []).reason == "garbage"


def test_a_signature_of_something_else_is_none() -> None:
    signature = signer_of(officer(), between()).sign(b"something else")
    found = examine(CONTENT, signature, trusting(root()))
    assert (found.state, found.reason) == ("invalid", "changed")


def raw(who: Holder, *options: pkcs7.PKCS7Options, digest: Any = None, others: tuple[Holder, ...] = ()) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    builder = builder.add_signer(who.certificate, who.key, digest or hashes.SHA256())
    for other in others:
        builder = builder.add_signer(other.certificate, other.key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (lambda: raw(officer()), "not_detached"),
        (lambda: raw(officer(), DETACHED, NO_ATTRIBUTES), "attributes"),
        (lambda: raw(officer(), DETACHED, NO_CERTIFICATES), "no_certificate"),
        (lambda: raw(officer(), DETACHED, digest=hashes.SHA224()), "algorithm"),
        (lambda: raw(officer(), DETACHED, others=(root(),)), "not_one_signer"),
    ],
    ids=["not detached", "no attributes", "no certificate", "weak digest", "two signers"],
)
def test_signatures_of_kinds_that_prove_too_little(signature: Callable[[], bytes], reason: str) -> None:
    assert examine(CONTENT, signature(), []).reason == reason


DETACHED, NO_ATTRIBUTES = pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoAttributes
NO_CERTIFICATES = pkcs7.PKCS7Options.NoCerts


def test_a_signer_known_beforehand_need_not_be_in_the_signature() -> None:
    signature = raw(officer(), DETACHED, NO_CERTIFICATES)
    assert examine(CONTENT, signature, trusting(officer())).state == "trusted"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"valid": (NOW - 30 * DAY, NOW - DAY)}, "expired"),
        ({"valid": (NOW + DAY, NOW + 30 * DAY)}, "not_yet"),
        ({"used_for": usage("key_encipherment")}, "usage"),
        ({"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)}, "usage"),
        ({"key_name": "rsa-1024"}, "weak"),
        ({"key_name": "small"}, "weak"),
    ],
    ids=["expired", "not yet valid", "key usage", "purpose", "short RSA", "short ECDSA"],
)
def test_certificates_that_cannot_sign(desk: Desk, options: dict[str, Any], reason: str) -> None:
    who = holder("Ai", root(), **options)
    found = examine(CONTENT, signer_of(who).sign(CONTENT), trusting(root()))
    assert (found.state, found.reason, found.signer) == ("invalid", reason, "Ai (Sở Thông tin)")
    desk.write("us.p12", p12(who, "x"))
    with pytest.raises(UsageError) as error:
        load_signer(Path("us.p12"), "x")
    wanted = {"weak": "sign_key_weak"}.get(reason, f"sign_{reason}")
    assert error.value.key == wanted


@pytest.mark.parametrize(
    ("issuer", "extra"),
    [
        (lambda: holder("Không phải CA", root()), None),
        (lambda: holder("Không ký", root(), authority=True, used_for=usage("crl_sign")), None),
        (lambda: holder("Hết hạn", root(), authority=True, valid=(NOW - 30 * DAY, NOW - DAY)), None),
        (lambda: holder("Gốc", key_name="somebody else's", authority=True), None),
        (between, x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")),
    ],
    ids=["no authority", "not for certificates", "expired issuer", "another root of that name", "unknown, critical"],
)
def test_chains_that_do_not_lead_to_the_root(issuer: Callable[[], Holder], extra: x509.ExtensionType | None) -> None:
    above = issuer()
    who = holder("Ai", above, extra=extra)
    found = examine(CONTENT, signer_of(who, above).sign(CONTENT), trusting(root()))
    assert found.state == "untrusted"
    assert found.detail


def test_an_ed25519_certificate_is_refused_not_misread() -> None:
    own = ed25519.Ed25519PrivateKey.generate()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named("Ed"))
        .issuer_name(root().certificate.subject)
        .public_key(own.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(root().key, hashes.SHA256())
    )
    forged = altered(lambda signed: signed["certificates"].append(asn1(certificate)), sid=certificate)
    assert examine(CONTENT, forged, []).reason == "algorithm"


def asn1(certificate: x509.Certificate) -> cms.CertificateChoices:
    loaded = cms.Certificate.load(certificate.public_bytes(Encoding.DER))
    return cms.CertificateChoices(name="certificate", value=loaded)


def altered(change: Callable[[Any], object], sid: x509.Certificate | None = None) -> bytes:
    """Return a good signature with its parts altered."""
    outer = cms.ContentInfo.load(signer_of(officer()).sign(CONTENT))
    signed = outer["content"]
    if sid:
        loaded = cms.Certificate.load(sid.public_bytes(Encoding.DER))
        signed["signer_infos"][0]["sid"] = cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": loaded.issuer, "serial_number": loaded.serial_number}}
        )
    change(signed)
    return bytes(outer.dump(force=True))


def test_a_signature_under_another_name_is_broken() -> None:
    who = holder("Người khác", root())
    forged = altered(lambda signed: signed["certificates"].append(asn1(who.certificate)), sid=who.certificate)
    assert examine(CONTENT, forged, trusting(root())).reason == "broken"


def test_attributes_added_afterwards_or_given_twice_break_a_signature() -> None:
    def add_again(signed: Any) -> None:
        attributes = signed["signer_infos"][0]["signed_attrs"]
        attributes.append(attributes[0].copy())

    def set_back(signed: Any) -> None:
        for attribute in signed["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "signing_time":
                attribute["values"] = cms.SetOfTime([cms.Time({"utc_time": NOW - 20 * DAY})])

    def drop(signed: Any) -> None:
        attributes = signed["signer_infos"][0]["signed_attrs"]
        kept = [a for a in attributes if a["type"].native != "message_digest"]
        signed["signer_infos"][0]["signed_attrs"] = cms.CMSAttributes(kept)

    assert examine(CONTENT, altered(add_again), []).reason == "attributes"
    assert examine(CONTENT, altered(set_back), []).reason == "broken"
    assert examine(CONTENT, altered(drop), []).reason == "attributes"
