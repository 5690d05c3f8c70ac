"""What today's engine would have set on past mornings, and what that was worth."""

from python_jobs.backtest.relations import replay_rows


def model(dbt, session):
    """Decide the last past mornings again and value the budgets."""
    dbt.config(materialized="table")
    panel = dbt.ref("backtest_panel")
    folds = dbt.ref("backtest_folds")
    response = dbt.ref("backtest_response")
    parameters = dbt.ref("landing_parameters")
    return replay_rows(session, panel, folds, response, parameters)
