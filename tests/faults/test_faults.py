"""The fault suite in its short form: real processes, killed and cut off, on both databases."""

import re
import subprocess
import sys

import pytest

from editor_site.run import BASE_DIR

# Seconds; the suite itself takes about 130 on two busy cores.
PATIENCE = 400


@pytest.mark.processes
@pytest.mark.timeout(PATIENCE + 100)
def test_no_edit_is_lost_and_none_is_paid_twice_whatever_breaks() -> None:
    command = [sys.executable, "-m", "tests.faults", "--quick", "--database", "both"]
    suite = subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        table, _ = suite.communicate(timeout=PATIENCE)
    finally:
        # Told, not killed: it has processes of its own to end.
        suite.terminate()
        suite.wait(60)
    assert suite.returncode == 0, table
    rows = [line.split() for line in table.splitlines() if line.endswith(" ok") or " ok (" in line]
    names = {(row[0], row[1]) for row in rows}
    assert {database for _, database in names} == {"sqlite", "postgresql"}
    assert len(names) >= 16, table
    assert re.search(r"^\d+ passed, 0 failed", table, re.MULTILINE), table
