"""From measures to values that the schema allows, beside the defaults and what is in force."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from python_jobs.config.load import Parameter
from python_jobs.config.paths import field_schema
from python_jobs.config.search_space import Tunable
from python_jobs.derived.declared import DERIVATIONS, Derivation
from python_jobs.derived.measures import MEASURES, Lacking, Measure, Measured

NARROW, WIDE = 0.2, 0.5
"""80 % interval over the measure: confidence is high up to the first, low from the second"""


@dataclass(frozen=True)
class Derived:
    """What came of one parameter."""

    parameter: str
    """dotted path"""
    default: float
    default_file: str
    in_force: float
    tier: str
    """of the value in force"""
    value: float | None
    """None: the default stays"""
    confidence: str
    """'high', 'fair' or 'low'; '' without a measure"""
    evidence: str
    """what was measured, of how many of what, its interval and the formula; or what is lacking"""

    @property
    def is_overruled(self) -> bool:
        """Whether a person's or the tuner's value stays in force before the derived one."""
        return self.value is not None and self.tier not in ("default", "auto")


def measure_all(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Measured]:
    """Take every measure of a published warehouse; one whose table is not published is lacking."""
    measured: dict[str, Measured] = {}
    for name, measure in MEASURES.items():
        try:
            measured[name] = measure(warehouse)
        except duckdb.CatalogException:
            measured[name] = Lacking(
                "its tables are not published; `autopilot features` and `autopilot budgets` do it"
            )
    return measured


def derive(
    measured: Mapping[str, Measured],
    defaults: Sequence[Parameter],
    in_force: Sequence[Parameter],
    ranges: Mapping[str, Tunable],
    derivations: Iterable[Derivation] = DERIVATIONS,
) -> list[Derived]:
    """Derive each declared parameter.

    A default that lies within the derived value's 80 % interval stays: nothing shows that it is
    wrong.

    Args:
        measured: as `measure_all` returns.
        defaults: the product's own, as `load_parameters` returns them.
        in_force: those of the customer.
        ranges: of the tuner, which a value by no person's hand must not leave.
        derivations: what to derive.

    Returns:
        One for each derivation, in their order.

    """
    by_default = {parameter.parameter: parameter for parameter in defaults}
    by_force = {parameter.parameter: parameter for parameter in in_force}
    return [
        _derived(
            each,
            measured[each.measure],
            by_default[each.parameter],
            by_force[each.parameter],
            ranges.get(each.parameter),
        )
        for each in derivations
    ]


def _derived(
    derivation: Derivation,
    measured: Measured,
    default: Parameter,
    in_force: Parameter,
    tunable: Tunable | None,
) -> Derived:
    usual = json.loads(default.value)
    value: float | None = None
    if isinstance(measured, Lacking):
        confidence, evidence = "", f"too little data: {measured.why}"
    else:
        exact, *ends = (
            derivation.value(each, usual) for each in (measured.value, measured.low, measured.high)
        )
        low, high = sorted(ends)
        confidence = _confidence(measured)
        evidence = (
            f"{derivation.measure} {measured.value:.3g} ({measured.low:.3g} to "
            f"{measured.high:.3g}) of {measured.evidence}; {derivation.formula}"
        )
        held = _held(exact, derivation.parameter, tunable)
        if low <= usual <= high:
            evidence = f"the default {usual:g} lies within {low:.3g} to {high:.3g}: {evidence}"
        elif derivation.is_only_lowered and exact > usual:
            evidence = f"would be raised to {exact:.3g}, which the data cannot show: {evidence}"
        elif held == usual:
            evidence = f"the default {usual:g} is the end of its range: {evidence} = {exact:.3g}"
        else:
            value = held
            if abs(held - exact) > 0.01 * abs(exact) + 0.5 * isinstance(held, int):
                evidence += f" = {exact:.3g}, held to the end of its range"
    return Derived(
        parameter=derivation.parameter,
        default=usual,
        default_file=default.file,
        in_force=json.loads(in_force.value),
        tier=in_force.tier,
        value=value,
        confidence=confidence,
        evidence=evidence,
    )


def _held(exact: float, parameter: str, tunable: Tunable | None) -> float:
    """Hold a value to the ranges of the schema and of the tuner, three digits of it."""
    schema = field_schema(tuple(parameter.split(".")))
    lowest, highest = schema.get("minimum", exact), schema["maximum"]
    if tunable:
        lowest, highest = max(lowest, tunable.low), min(highest, tunable.high)
    held = max(min(float(f"{exact:.3g}"), highest), lowest)
    return round(held) if schema["type"] == "integer" else float(held)


def _confidence(measure: Measure) -> str:
    width = (measure.high - measure.low) / measure.value
    return "high" if width <= NARROW else "fair" if width < WIDE else "low"
