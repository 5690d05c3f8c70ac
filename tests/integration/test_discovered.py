"""What is mined from the demo's past does not hang on the order in which a build adds up."""

import duckdb
import numpy as np
import pandas as pd

from python_jobs.discovery.relations import importance_rows, pattern_rows
from python_jobs.discovery.targets import rounded


def test_nine_digits_stay():
    values = np.array([0.2, -123456789.4, 1 / 3, 0.0, np.nan, np.inf])
    expected = [0.2, -123456789.0, 0.333333333, 0.0, np.nan, np.inf]
    np.testing.assert_array_equal(rounded(values), expected)


def test_last_digits_and_the_order_of_rows_change_no_pattern(demo_warehouse):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{demo_warehouse}' as demo (read_only)")
        types = dict(
            connection.execute(
                "select column_name, data_type from duckdb_columns() where database_name = 'demo' "
                "and table_name = 'backtest_panel' order by column_index"
            ).fetchall()
        )
        panel = connection.sql("from demo.backtest.backtest_panel").df()
        random = np.random.default_rng(0)
        panel = panel.iloc[random.permutation(len(panel))]
        for column in panel.select_dtypes("float"):
            digits = random.choice([-1, 0, 1], len(panel)) * np.finfo("float64").eps
            panel[column] *= 1 + digits
        connection.register("panel", panel)
        columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types.items())
        relation = connection.sql(f"select {columns} from panel")
        parameters = connection.sql("from demo.landing.landing_parameters")
        told = importance_rows(connection, relation, parameters)
        importance = connection.sql("from demo.backtest.features_told")
        mined = pattern_rows(connection, relation, importance, parameters)
        before = connection.sql("from demo.backtest.patterns_mined").df()
        pd.testing.assert_frame_equal(ordered(told.df()), ordered(importance.df()))
        pd.testing.assert_frame_equal(ordered(mined.df()), ordered(before))


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(list(rows.columns), ignore_index=True)
