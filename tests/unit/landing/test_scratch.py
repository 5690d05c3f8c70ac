"""What a killed process leaves in the system's temporary folder."""

import subprocess
import sys
import tempfile

from python_jobs.landing.scratch import scratch_folder

MAKE = """
import sys
from python_jobs.landing.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "orders.csv").write_text("ann@example.com")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_goes_and_what_is_in_use_stays(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with (
        subprocess.Popen(
            [sys.executable, "-c", MAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as killed,
        subprocess.Popen(
            [sys.executable, "-c", MAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as running,
    ):
        left, used = killed.stdout.readline().strip(), running.stdout.readline().strip()
        killed.kill()
        killed.wait()
        assert len(list(tmp_path.rglob("orders.csv"))) == 2
        with scratch_folder():
            assert [str(file.parent) for file in tmp_path.rglob("orders.csv")] == [used]
        running.stdin.close()
        running.wait()
    assert left != used
    assert list(tmp_path.iterdir()) == []
