"""Time stamps from a server (RFC 3161), which is asked only where its address is given."""

from __future__ import annotations

import asyncio
import http.client
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

from thuebao.base.errors import UsageError

_SECONDS = 30
_MOST_BYTES = 1 << 20


class HttpStamper(TimeStamper):
    """Asks one server for time stamps."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    async def async_request_tsa_response(self, req: Any) -> Any:
        """Return the server's answer. Raises OSError when there is none, ValueError when it is none."""
        asked = Request(
            self._url,
            req.dump(),
            {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
        )
        try:
            with urlopen(asked, timeout=_SECONDS) as answer:
                return tsp.TimeStampResp.load(answer.read(_MOST_BYTES), strict=True)
        except HTTPError as error:
            error.close()
            raise OSError(f"HTTP {error.code}") from None

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> Any:
        """Return the time stamp of a digest. Raises ValueError for one of something else."""
        token = await super().async_timestamp(message_digest, md_algorithm)
        imprint = token["content"]["encap_content_info"]["content"].parsed["message_imprint"]
        if imprint["hashed_message"].native != message_digest:
            raise ValueError("the time stamp is of something else")
        return token


def stamper_at(url: str) -> HttpStamper:
    """Return where time stamps come from, when it has given one. Raises UsageError where it cannot."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("stamp_address")
    stamper = HttpStamper(url)
    try:
        asyncio.run(stamper.async_dummy_response("sha256"))
    except (OSError, http.client.HTTPException) as error:
        raise UsageError("stamp_failed", url=url, reason=getattr(error, "reason", None) or error) from None
    except Exception:  # whatever a parser makes of an answer that is something else
        raise UsageError("stamp_failed", url=url, reason="RFC 3161") from None
    return stamper
