"""What tests of several rooms share: people, files made of them, and how a command is called and looked at."""

import os
from pkgutil import iter_modules

import pytest

# Before Polars is imported: workers share the processors, and each gains nothing by threads that wait for the others'.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

# What does not hold in a helper is explained as in a test.
pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))
