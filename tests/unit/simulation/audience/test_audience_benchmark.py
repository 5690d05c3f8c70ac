import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from python_jobs.simulation.audience.accounts import (
    GROUPS,
    SIZES,
    STRENGTHS,
    AccountSpec,
    audience_spec,
)
from python_jobs.simulation.audience.benchmark import known_rows, rows_of
from python_jobs.simulation.audience.plants import PUT
from python_jobs.simulation.audience.report import print_tables
from python_jobs.simulation.audience.scores import (
    by_type,
    coverage,
    detection,
    effects_of,
    policies,
    recommendations_of,
)

ROOT = Path(__file__).parents[4]
SPEC = AccountSpec("tuning", is_planted=True, number=0)


def effect(detector, ratio, told, conversions=100.0):
    return {
        "detector_id": detector,
        "entity_level": "adset",
        "entity_id": "a",
        "ratio": ratio,
        "conversions": conversions,
        "is_told": told,
    }


def estimate(measure, low, high, true):
    return {"measure": measure, "low": low, "high": high, "true": true}


def recommended(table, kind, roas, gain):
    return {
        "type": kind,
        "table": table,
        "roas": roas,
        "low": 1.0,
        "high": 3.0,
        "gain": gain,
        "gain_told": 80.0,
        "gain_low": 20.0,
        "gain_high": 200.0,
    }


ROW = {
    "purpose": "tuning",
    "is_planted": True,
    "number": 0,
    "seconds": 2.0,
    "effects": [
        effect("false_winner", 2.0, told=True),
        effect("false_winner", 1.2, told=True),
        effect("false_winner", 0.9, told=True),
        effect("false_winner", 1.5, told=False),
        effect("false_winner", 3.0, told=False, conversions=29.0),
        effect("no_purchases", 1.6, told=False, conversions=0.0),
        # 1.6 x 0.7 is more than the account claims
        effect("segment_over_credited", 0.7, told=True),
    ],
    "estimates": [
        estimate("roas", 1.0, 2.0, 1.0),
        estimate("roas", 1.0, 2.0, 2.1),
        estimate("roas", 1.0, 2.0, 0.5),
        estimate("roas", 1.0, 2.0, 1.5),
        estimate("marginal_roas", 1.0, 2.0, 1.5),
    ],
    "recommendations": [
        recommended("audience", "new_broad", 2.0, gain=100.0),
        recommended("adset", "merge", 4.0, gain=50.0),
        # of what is paused nothing is expected
        recommended("adset", "pause", None, gain=30.0),
    ],
    "policies": {
        "recommended": {"gain": 300.0, "told": 400.0, "low": 200.0, "changes": 3},
        "at random": {"gain": 100.0, "changes": 3},
        "highest ROAS": {"gain": 350.0, "changes": 3},
    },
}


def test_every_plant_is_in_one_group_and_every_group_meets_every_strength_and_size():
    assert sorted(kind for group in GROUPS for kind in group) == sorted(PUT)
    rounds = len(GROUPS) * len(STRENGTHS)
    specs = [AccountSpec("judging", True, number) for number in range(3 * rounds)]
    made = [audience_spec(spec) for spec in specs]
    pairs = {(spec.plants[0].kind, spec.plants[0].strength) for spec in made}
    assert pairs == {(group[0], strength) for group in GROUPS for strength in STRENGTHS}
    assert {spec.ad_sets for spec in made} == set(SIZES)


def test_no_two_accounts_have_a_seed_in_common():
    specs = [
        AccountSpec(purpose, is_planted, number)
        for purpose in ("tuning", "judging")
        for is_planted in (True, False)
        for number in range(500)
    ]
    assert len({spec.seed for spec in specs}) == 2000
    with pytest.raises(ValueError, match="number is 500"):
        _ = AccountSpec("tuning", True, 500).seed
    assert audience_spec(AccountSpec("tuning", False, 0)).plants == ()


def test_what_is_told_is_true_beyond_the_threshold_and_only_what_is_clear_has_to_be_found():
    counted = detection(effects_of([ROW])).T.to_dict()
    assert counted["false_winner"] == {"told": 3, "true": 2, "to_find": 2, "found": 1}
    assert counted["no_purchases"] == {"told": 0, "true": 0, "to_find": 1, "found": 0}
    assert counted["segment_over_credited"] == {"told": 1, "true": 1, "to_find": 0, "found": 0}


def test_intervals_hold_their_own_ends():
    covered = coverage([ROW, ROW]).T.to_dict()
    assert covered["roas"] == {"intervals": 8, "covered": 0.5, "below": 0.25, "above": 0.25}
    assert covered["marginal_roas"]["covered"] == 1.0
    assert covered["expected ROAS"] == {"intervals": 4, "covered": 0.5, "below": 0.0, "above": 0.5}
    assert covered["expected ROAS: audience"]["covered"] == 1.0


def test_recommendations_are_told_by_type():
    types = by_type(recommendations_of([ROW, ROW])).T.to_dict()
    mean = {"number": 2.0, "told": 80.0, "low": 20.0}
    assert types["audience", "new_broad"] == mean | {"gain": 100.0, "covered": 1.0}
    assert types["adset", "merge"] == mean | {"gain": 50.0, "covered": 0.0}
    assert np.isnan(types["adset", "pause"]["covered"])


def test_policies_are_compared_over_accounts_in_which_something_is_recommended():
    other = {name: {**result, "gain": 200.0} for name, result in ROW["policies"].items()}
    found = policies([ROW, ROW | {"policies": other}, ROW | {"policies": {}}])
    ours, random = found.loc["recommended"], found.loc["at random"]
    assert (ours["accounts"], ours["gain"], ours["told"], ours["low"]) == (2, 250.0, 400.0, 200.0)
    # sample deviation of 100 and 200 over the square root of 2
    assert (random["gain"], random["error"]) == (150.0, pytest.approx(50.0))
    # better in one, equal in the other
    assert random["better"] == 0.5
    assert found.loc["highest ROAS", "better"] == 0.0
    assert policies([ROW | {"policies": {}}]).empty


def test_finished_accounts_count_while_the_code_is_the_same(tmp_path):
    file = tmp_path / "results.jsonl"
    written = [ROW | {"number": number, "version": "one"} for number in (0, 2)]
    file.write_text("\n".join(map(json.dumps, written)))
    assert [row["number"] for row in rows_of(known_rows(file, "one"), [SPEC])] == [0]
    assert known_rows(file, "two") == []


def test_tables_show_shares(capsys):
    console = Console(width=150)
    print_tables([], console)
    assert "No account" in capsys.readouterr().out
    print_tables([ROW, ROW | {"is_planted": False}], console)
    printed = capsys.readouterr().out
    [line] = [line for line in printed.splitlines() if "false_winner" in line]
    cells = [cell.strip() for cell in line.split("│")]
    assert cells[2:8] == ["6", "4", "0.67", "4", "2", "0.50"]
    assert "1 planted and 1 clean accounts, 2.0 s each" in printed
    # of the clean one: the finding with a ratio of 0.9
    assert "False findings in clean accounts: 1" in printed
