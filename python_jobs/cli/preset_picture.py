"""The picture of the column preset in the docs: `python -m python_jobs.cli.preset_picture`."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "getting-the-data.md"
PICTURE = DOCS / "column-preset.svg"

_TABLE_HEAD = "| group | column | Marketing API | without it |"
# what is ticked in which part of the picture; Day is no column but a breakdown
_PARTS = (("Names and ids", "Funnel"), ("Settings",), ("Delivery", "Purchases"))
_PART_WIDTH, _ROW_HEIGHT, _MARGIN, _TOP = 248, 25, 28, 116
_STYLE = """
    .card { fill: #ffffff; stroke: #d0d7de }
    .bar, .chip { fill: #eef4f3; stroke: none }
    text { font: 14px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
    .title { font-size: 17px; font-weight: 600 }
    .group { font-size: 12px; font-weight: 600; fill: #57606a }
    .small { font-size: 12.5px; fill: #57606a }
    .box { fill: #0f766e }
    .tick { fill: none; stroke: #ffffff; stroke-width: 2; stroke-linecap: round }
    @media (prefers-color-scheme: dark) {
      .card { fill: #161b22; stroke: #3d444d }
      .bar, .chip { fill: #1f2a30 }
      text { fill: #e6edf3 }
      .group, .small { fill: #9aa7b4 }
      .box { fill: #2dd4bf }
      .tick { stroke: #0d1117 }
    }"""


def columns_of(page: str) -> dict[str, list[str]]:
    """List the columns of each group, as the table of the docs' page has them."""
    groups: dict[str, list[str]] = {}
    lines = page.partition(_TABLE_HEAD)[2].splitlines()[2:]
    for line in lines:
        if not line.startswith("|"):
            break
        group, column = [cell.strip() for cell in line.split("|")[1:3]]
        groups.setdefault(group, []).append(column)
    return groups


def picture(groups: Mapping[str, Sequence[str]]) -> str:
    """Draw the list of columns with a tick at each, as SVG without a script."""
    rows = max(sum(len(groups[g]) + 1.4 for g in part) for part in _PARTS)
    width = 2 * _MARGIN + _PART_WIDTH * len(_PARTS) - 24
    height = round(_TOP + rows * _ROW_HEIGHT + 12)
    parts = "\n".join(line for part in range(len(_PARTS)) for line in _part(part, groups))
    chips = "\n".join(_chip(place, text) for place, text in enumerate(_CHIPS))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
width="{width}" height="{height}" role="img" aria-labelledby="title">
  <title id="title">Columns to tick in Ads Manager under Columns, Customize columns</title>
  <style>{_STYLE}
  </style>
  <rect class="card" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="10"/>
  <path class="bar" d="M1 48 V11 a10 10 0 0 1 10 -10 H{width - 11} a10 10 0 0 1 10 10 V48 Z"/>
  <text class="title" x="{_MARGIN}" y="31">Customize columns</text>
  <text class="small" x="{width - _MARGIN}" y="30" text-anchor="end">save as preset: budgets</text>
{chips}
{parts}
</svg>
"""


_CHIPS = ("Tab: Ads", "Dates: Last 28 days", "Breakdown: By time, Day")


def _chip(place: int, text: str) -> str:
    x = _MARGIN + place * 190
    return (
        f'  <rect class="chip" x="{x}" y="62" width="178" height="26" rx="13"/>\n'
        f'  <text class="small" x="{x + 89}" y="79.5" text-anchor="middle">{escape(text)}</text>'
    )


def _part(part: int, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    x, y = _MARGIN + part * _PART_WIDTH, float(_TOP)
    for group in _PARTS[part]:
        yield f'  <text class="group" x="{x}" y="{y + 5:g}">{escape(group)}</text>'
        y += _ROW_HEIGHT
        for column in groups[group]:
            yield f'  <rect class="box" x="{x}" y="{y - 9:g}" width="16" height="16" rx="3"/>'
            yield f'  <path class="tick" d="M{x + 4} {y - 0.5:g} l3 3 l5.5 -6"/>'
            yield f'  <text x="{x + 25}" y="{y + 4:g}">{escape(column)}</text>'
            y += _ROW_HEIGHT
        y += 0.4 * _ROW_HEIGHT


if __name__ == "__main__":
    PICTURE.write_text(picture(columns_of(PAGE.read_text("utf-8"))), encoding="utf-8")
