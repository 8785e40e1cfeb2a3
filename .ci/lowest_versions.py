"""Print the lowest versions that pyproject.toml promises, one requirement a line, as constraints for pip.

A requirement without a lower bound is refused: nobody could say whether it holds.
"""

import re
import sys
import tomllib
from pathlib import Path

# Not those for looking at the report in a browser: what the browser needs, the fast tests do not.
GROUPS = ("documents", "sign", "test")
FORM = re.compile(r"(?P<name>[A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*(?P<versions>[^;]*)(?P<marker>;.*)?")


def lowest(requirement: str) -> str:
    """Return the requirement with its lower bound as the one version; a constraint names no extras."""
    parts = FORM.fullmatch(requirement.strip())
    bounds = [v.strip() for v in parts["versions"].split(",")] if parts else []
    exact = [re.sub(r"^(?:>=|~=|==)\s*", "==", bound) for bound in bounds if re.match(r">=|~=|==", bound)]
    if len(exact) != 1:
        sys.exit(f"pyproject.toml: {requirement!r} has no lower bound")
    return f"{parts['name']}{exact[0]}{parts['marker'] or ''}"


document = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
project = document["project"]
promised = [*document["build-system"]["requires"], *project["dependencies"]]
for group in GROUPS:
    promised += project["optional-dependencies"].get(group, [])
own = re.compile(rf"{re.escape(project['name'])}\s*\[")
print("\n".join(sorted({lowest(requirement) for requirement in promised if not own.match(requirement)})))
