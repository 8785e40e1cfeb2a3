"""A time stamp server (RFC 3161) on this machine, whose stamps OpenSSL makes."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from helpers.certificates import Holder

_SETTINGS = """
[ tsa ]
default_tsa = one
[ one ]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


@contextmanager
def stamp_server(folder: Path, who: Holder, root: Holder, *, answer: bytes | None = None) -> Iterator[str]:
    """Yield the address of a server that stamps by OpenSSL, or always gives the same answer."""
    folder.mkdir(exist_ok=True)
    (folder / "tsa.cnf").write_text(_SETTINGS.format(folder=folder), "utf-8")
    (folder / "serial").write_text("01\n", "utf-8")
    (folder / "tsa.pem").write_bytes(who.pem)
    (folder / "root.pem").write_bytes(root.pem)
    (folder / "tsa.key").write_bytes(who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def stamped(query: bytes) -> bytes:
        (folder / "query").write_bytes(query)
        settings = ["-config", str(folder / "tsa.cnf"), "-section", "one"]
        asked = ["openssl", "ts", "-reply", "-queryfile", str(folder / "query"), *settings]
        return subprocess.run(asked, check=True, capture_output=True, timeout=60).stdout

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            reply = stamped(query) if answer is None else answer
            self.send_response(200 if reply else 503)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *said: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/tsr"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
