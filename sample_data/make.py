"""Make the exports of this folder and what an audit of them must find (expected.json)."""

import subprocess
import sys
from datetime import date
from pathlib import Path

from thuebao.reference import rules_home
from thuebao.sample import write_sample

AS_OF = date(2026, 11, 23)
HERE = Path(__file__).parent
EXPORTS = {
    "viettel.csv": {"operators": ["Viettel"], "headers": "vi", "records": 400},
    "vinaphone.csv": {"operators": ["VinaPhone"], "headers": "vi_ascii", "records": 200, "separator": ";"},
    "mobifone.csv": {"operators": ["MobiFone"], "headers": "en", "records": 200, "dates": "iso"},
    "vietnamobile.parquet": {"operators": ["Vietnamobile"], "headers": "canonical", "records": 100},
    "itel.csv": {"operators": ["iTel"], "headers": "canonical", "records": 60, "separator": "\t"},
}


def main() -> None:
    """Make them all."""
    for seed, (name, style) in enumerate(EXPORTS.items()):
        write_sample(
            HERE / name,
            seed=seed,
            defects=0.15,
            mess=0.2,
            as_of=AS_OF,
            rules_dir=rules_home(),
            force=True,
            **style,
        )
        (HERE / name).with_suffix(".truth.csv").unlink()
    audit = [
        sys.executable,
        "-m",
        "thuebao",
        "audit",
        "sample_data/",
        "--as-of",
        AS_OF.isoformat(),
        "--format",
        "json",
    ]
    expected = subprocess.run(audit, cwd=HERE.parent, capture_output=True, check=False).stdout
    (HERE / "expected.json").write_bytes(expected)


if __name__ == "__main__":
    main()
