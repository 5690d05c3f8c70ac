from pathlib import Path

from python_jobs.config.paths import parameter_names
from python_jobs.config.reference import PAGE, reference_page

ROOT = Path(__file__).parents[3]


def test_the_page_is_up_to_date():
    """Else: python -m python_jobs.config.reference."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == reference_page(ROOT / "config")


def test_the_page_has_every_parameter():
    page = reference_page(ROOT / "config")
    missing = [name for name in parameter_names() if f"| `{name}` |" not in page]
    assert [name for name in missing if f"## {name}\n" not in page] == []
    assert "| `largest_share` | `null` | a number above 0 and up to 1 or null |" in page
    assert (
        "| `safety_rules.max_increase` | `0.2` | a number from 0.01 to 1 | 0.05 to 0.2, linear | "
        "Largest rise of a budget in one decision, as a share of it |"
    ) in page
