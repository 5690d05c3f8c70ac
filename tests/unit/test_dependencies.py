"""Every package that the project asks for says why, and only what is locked is installed."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def asked_for() -> set[str]:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = [told["project"]["dependencies"], *told["dependency-groups"].values()]
    groups += told["project"]["optional-dependencies"].values()
    return {re.split(r"[\[<>=]", each)[0].lower() for group in groups for each in group}


def test_each_says_why():
    page = (ROOT / "docs" / "dependencies.md").read_text()
    reasons = dict(re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| ([^|]{10,}) \|$", page, re.MULTILINE))
    assert set(reasons) == asked_for()


def test_all_is_locked_by_hash():
    for name in ("requirements.lock", "requirements-audit.lock", "requirements-spark.lock"):
        text = (ROOT / name).read_text().replace("\\\n", "")
        packages = [line for line in text.splitlines() if line and not line.startswith("#")]
        assert packages
        assert [line for line in packages if "==" not in line or "--hash=sha256:" not in line] == []


def test_workflows_may_only_read_and_run_pinned_actions():
    workflows = list((ROOT / ".github" / "workflows").glob("*.yml"))
    assert len(workflows) == 3
    for file in workflows:
        text = file.read_text()
        assert "permissions:\n  contents: read\n" in text
        assert "write" not in text
        used = re.findall(r"uses: (\S+)", text)
        assert used
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) for each in used)
