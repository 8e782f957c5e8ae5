"""The sandbox as a command: where its packages are missing, it says how to get them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# As in the image of a site for real use, and in a wheel without its extra.
SCRIPT = """
import sys
sys.modules["werkzeug"] = None
sys.argv = ["manage.py", "wiro_sandbox"]
from editor_site.manage import main
main()
"""


def test_without_its_packages_it_names_the_extra_that_brings_them(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path), "SECRET_KEY": "only-for-tests", "WIRO_API_KEY": "key"}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "CommandError: The sandbox needs werkzeug, which comes with the extra: pip install 'reword[run]'\n"
