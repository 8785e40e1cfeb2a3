"""Lines of NDJSON made to take all memory, or to end the process."""

from __future__ import annotations

import json

import pytest

from helpers.desks import Desk
from thuebao import audit
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.json.table import NdjsonTable
from thuebao.sources.packing.stored import stored_at


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"msisdn":"1","full_name":"\\ud800"}', "bytes"),
        ('{"msisdn":"1","x":["\\uDFFF"]}', "bytes"),
        ('{"msisdn":"1","\\udc00":"x"}', "bytes"),
        ('{"msisdn":"1","full_name":' + "[" * 20_000 + "]" * 20_000 + "}", "not_json"),
    ],
)
def test_a_line_of_what_is_no_text(line: str, reason: str, desk: Desk) -> None:
    good = json.dumps({"msisdn": "0912345678", "full_name": "Nguyễn 😀"})
    desk.write("a.ndjson", f"{good}\n{line}\n{good}\n")
    found = audit(["a.ndjson"], operator="Viettel", max_rejected="1")
    assert not found.unreadable
    assert (found.inputs[0].records, found.inputs[0].rejected) == (2, 1)
    [batch] = NdjsonTable.of(stored_at("a.ndjson").stored[0], Encoding("utf-8"), None).batches({"full_name"})
    assert [(place, one.reason) for place, one in batch.rejected.items()] == [(1, reason)]
    assert batch.records.to_series().to_list() == ["Nguyễn 😀"] * 2


def test_nesting_just_below_what_the_parser_takes(desk: Desk) -> None:
    lines = ['{"msisdn":"1","x":' + "[" * n + "]" * n + "}" for n in range(900, 1000, 3)]
    desk.write("a.ndjson", '{"msisdn":"1","full_name":"A"}\n' + "\n".join(lines))
    assert not audit(["a.ndjson"], operator="Viettel", max_rejected="100").unreadable


def test_long_lines_come_in_small_batches(desk: Desk) -> None:
    line = json.dumps({"msisdn": "1" * 3_500_000}) + "\n"  # five of them are more than 16 MiB
    desk.write("a.ndjson", line * 11)
    table = NdjsonTable.of(stored_at("a.ndjson").stored[0], Encoding("utf-8"), None)
    assert [batch.size for batch in table.batches({"msisdn"})] == [5, 5, 1]
