"""The bench starts servers of its own, whatever the suite: once is enough."""

import os

collect_ignore = ["test_harness.py"] if os.environ.get("SWITCHBOARD_TEST_SUITE") == "sqlite" else []
