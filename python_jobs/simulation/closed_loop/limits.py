"""What every policy is held to: 20 % a step, and the account's total."""

import numpy as np

from python_jobs.simulation.curves import Floats

LARGEST_STEP = 0.20


def step_limits(budgets: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and highest budgets that the next step may bring, to the nearest cent.

    For `budgets` in whole cents that is less than half a cent beyond the step: no significant edit.
    """
    lower = np.rint((1.0 - LARGEST_STEP) * budgets * 100.0) / 100.0
    upper = np.rint((1.0 + LARGEST_STEP) * budgets * 100.0) / 100.0
    return lower, upper


def held(desired: Floats, lower: Floats, upper: Floats, total: float) -> Floats:
    """Scale `desired` by one number so that, within the limits, it adds up to `total`.

    All (holders,). Where the limits leave no such number, the nearest sum that they allow.
    """
    low, high = 1e-9, 1e9
    for _ in range(100):
        scale = np.sqrt(low * high)
        if np.clip(scale * desired, lower, upper).sum() > total:
            high = scale
        else:
            low = scale
    return np.clip(low * desired, lower, upper)


def largest_changes(wanted: Floats, budgets: Floats, count: int, total: float) -> Floats:
    """Return `budgets` with only the `count` largest changes, in money, of those `wanted`.

    These alone are scaled, so that all add up to `total`.
    """
    by_size = np.argsort(-np.abs(wanted - budgets), kind="stable")[:count]
    changed, lower, upper = budgets.copy(), budgets.copy(), budgets.copy()
    changed[by_size] = wanted[by_size]
    lower[by_size], upper[by_size] = (limit[by_size] for limit in step_limits(budgets))
    return held(changed, lower, upper, total)


def permitted(wanted: Floats, budgets: Floats, total: float) -> tuple[Floats, bool]:
    """Return what a policy may do of what it wants, in whole cents, and whether that is less.

    Each budget is cut to the largest step; if the sum is above `total`, all are scaled down.
    Raises ValueError for a wrong shape, a negative or a missing budget.
    """
    wanted = np.asarray(wanted, dtype=np.float64)
    if wanted.shape != budgets.shape:
        raise ValueError(f"budgets have shape {wanted.shape}, not {budgets.shape}")
    if not np.isfinite(wanted).all() or (wanted < 0).any():
        raise ValueError("budgets must be finite and not negative")
    lower, upper = step_limits(budgets)
    allowed = np.clip(wanted, lower, upper)
    if allowed.sum() > total + 0.001:
        allowed = held(allowed, lower, upper, total)
    corrected = bool(np.abs(allowed - wanted).max() > 0.011)
    # a cent beyond the largest step would count as a significant edit
    return np.clip(np.floor(allowed * 100.0 + 1e-6) / 100.0, lower, upper), corrected
