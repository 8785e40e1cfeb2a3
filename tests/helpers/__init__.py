"""What tests of several rooms share: people, files made of them, and how a command is called and looked at."""

import os

# Before Polars is imported: workers share the processors, and each gains nothing by threads that wait for the others'.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
