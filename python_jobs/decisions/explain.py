"""Say in a sentence or two why each budget is what it is."""

import pandas as pd

from python_jobs.config.schema import Parameters


def reasons(decisions: pd.DataFrame, holders: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Return one reason per decision."""
    return decisions["decision_path"] + ": " + decisions["binding_limit"].fillna("free")
