"""A small PDF, written by hand, and what is done to one that is signed."""

from __future__ import annotations

from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def built(*objects: bytes, trailer: str = "") -> bytes:
    """Return a PDF of these objects, of which the first is its catalog."""
    content, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return content + (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R {trailer}>>\nstartxref\n{len(content)}\n%%EOF\n"
    ).encode("latin-1")


def small_pdf(said: str = "2.170.000 of 3.840.000") -> bytes:
    """Return a PDF of one page with a line of text."""
    stream = f"BT /F 12 Tf 72 720 Td ({said}) Tj ET".encode("latin-1")
    return built(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    )


def rewritten(document: bytes, said: str) -> bytes:
    """Return a PDF whose page says something else, by an update behind what was there."""
    writer = IncrementalPdfFileWriter(BytesIO(document))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(
        generic.StreamObject(stream_data=f"BT /F 12 Tf 72 720 Td ({said}) Tj ET".encode("latin-1"))
    )
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
