"""Any damage anywhere in NDJSON: every line is a record or rejected, and none of a record's keys is read twice."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers.damage import OBJECT, audit, lines_and_reasons, rejects
from helpers.damages import CHANGES
from helpers.desks import Desk
from helpers.outcomes import Command
from oracles.plain_lines import letters_of

SOME = ("--select", "EXP102,PER101,DUP121")  # for speed


def objects_of(content: bytes) -> dict[int, list[str]]:
    """Return the keys of each object of a file, by line; an object with a key twice is rejected and none."""
    found = {}
    for n, line in enumerate(content.split(b"\n"), 1):
        try:
            pairs = json.loads(line.decode(), object_pairs_hook=list)
        except ValueError:
            continue
        keys = [key for key, _ in pairs] if isinstance(pairs, list) else []
        if len(set(keys)) == len(keys):
            found[n] = keys
    return found


def some_key_is_spelt_twice(objects: dict[int, list[str]]) -> bool:
    """Return whether two keys are read as one, alike but for what is no letter, and both are common."""
    counts = Counter(key for keys in objects.values() for key in keys)
    for wanted in json.loads(OBJECT):
        alike = sorted((counts[key] for key in counts if letters_of(key) == letters_of(wanted)), reverse=True)
        if any(count == alike[0] or (count > 1 and count * 10 > alike[0]) for count in alike[1:]):
            return True
    return False


def lines_with_both(objects: dict[int, list[str]]) -> set[int]:
    wanted = set(map(letters_of, json.loads(OBJECT)))
    spelt = {n: Counter(map(letters_of, keys)) for n, keys in objects.items()}
    return {n for n, counts in spelt.items() if any(counts[name] > 1 for name in wanted)}


def key_with_a_comma(body: bytes) -> bytes:
    return body.replace(b'"pos_phone"', b'",pos_phone"', 1)


def key_with_a_comma_beside_it(body: bytes) -> bytes:
    return body.replace(b'"pos_phone"', b'",pos_phone": "1", "pos_phone"', 2)


def key_with_a_comma_everywhere(body: bytes) -> bytes:
    return body.replace(b'"pos_phone"', b'",pos_phone"', 7)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, max_size=8))
@example([key_with_a_comma])
@example([key_with_a_comma_beside_it])
@example([key_with_a_comma_everywhere])
def test_any_damage_to_ndjson(desk: Desk, cli: Command, changes) -> None:
    body = (OBJECT * 20).encode()
    for change in changes:
        body = change(body)
    content = OBJECT.encode() + body
    desk.write("vina.csv", content)
    done = audit(
        cli, "vina.csv", "--max-rejected", "100%", "--force", "--rejects", "rejects.csv", "--encoding", "utf-8", *SOME
    )
    objects = objects_of(content)
    if some_key_is_spelt_twice(objects):
        assert done.code == 3
        assert [error["path"] for error in done.document["unreadable"]] == ["vina.csv"]
        assert "appears twice in the header" in done.err
        return
    assert done.code in (0, 1)
    [read] = done.document["inputs"]
    assert read["records"] + read["rejected"] == sum(bool(line.strip()) for line in content.split(b"\n"))
    assert len(rejects(desk)) == read["rejected"]
    assert lines_with_both(objects) <= {n for n, reason in lines_and_reasons(rejects(desk)) if reason == "key_twice"}
    assert read["records"] >= 1
