"""What the shell offers for a value that is being typed, asked for as the shell asks."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command


@pytest.mark.parametrize(
    ("typed", "offered", "never"),
    [
        ("audit x --law dec", {"decree-49-2017", "decree-163-2024"}, {"auto"}),
        ("audit x --select ID10", {"ID101", "ID102"}, {"PER101"}),
        ("audit x --select ID101,NUM10", {"ID101,NUM101"}, {"NUM101"}),
        ("audit x --ignore number-m", {"number-missing"}, {"NUM101"}),
        ("audit x --severity PER10", {"PER101="}, {"PER101"}),
        ("audit x --severity PER101=", {"PER101=error", "PER101=info"}, set()),
        ("audit x --set DUP141", {"DUP141.threshold="}, set()),
        ("audit x --by prov", {"province", "province_now"}, {"month"}),
        ("audit x --by operator,mo", {"operator,month"}, set()),
        ("audit x --encoding w", {"windows-1258"}, {"utf-8"}),
        ("audit x --province Ph", {"Phú Thọ", "Phú Yên"}, {"Hà Nội"}),
        ("audit x --operator Vi", {"Viettel", "VinaPhone"}, {"MobiFone"}),
        ("audit x --operator x*=Vi", {"x*=Viettel"}, {"Viettel"}),
        ("audit x --format j", {"json"}, {"table"}),
        ("audit x --lang ", {"vi", "en"}, set()),
        ("audit x --ma", {"--mapping", "--max-rejected", "--manifest"}, set()),
        ("columns x --encoding v", {"vni", "viscii"}, set()),
        ("explain ID10", {"ID101"}, {"PER101"}),
        ("rules --select AUT", {"AUT101"}, set()),
        ("ini", {"init"}, {"audit"}),
    ],
)
def test_what_is_offered(desk: Desk, process: Command, typed, offered, never) -> None:
    words = f"thuebao {typed}"
    shell = {"_THUEBAO_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    done = process(**shell)
    assert (done.code, done.err) == (0, "")
    found = set(done.out.splitlines())
    assert offered <= found
    assert never.isdisjoint(found)
