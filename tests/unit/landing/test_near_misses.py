"""A header that is nearly a known one is named beside it, and never taken for it."""

import pytest

DAY = "day (`Day`, or `Reporting starts` and `Reporting ends`)"
NAME = "name or id (`Campaign name`, `Ad set name`, `Ad name` or `Account ID`)"
SPEND = "spend (`Amount spent`)"
NEAR = {
    "one letter in English": (
        "Day,Ad name,Amount spend (USD)\n2026-03-15,Spring,10\n",
        f"has no column for {SPEND}: `Amount spend (USD)` is nearly `Amount spent`; rename it or "
        "export again",
    ),
    "one letter in Spanish": (
        "Día,Nombre del anuncio,Importe gastadoo\n2026-03-15,Primavera,10\n",
        f"has no column for {SPEND}: `Importe gastadoo` is nearly `Importe gastado`; rename it or "
        "export again",
    ),
    "one word more": (
        "Día,Nombre del anuncio,Importe total gastado (COP)\n2026-03-15,Primavera,10\n",
        f"has no column for {SPEND}: `Importe total gastado (COP)` is nearly `Importe gastado`; "
        "rename it or export again",
    ),
    "lost accents": (
        "Inicio del informe,Fin del informe,Nombre de la campana,Importe gastado (COP)\n"
        "2026-03-15,2026-03-15,Primavera,10\n",
        f"has no column for {NAME}: `Nombre de la campana` is nearly `Nombre de la campaña`; "
        "rename it or export again",
    ),
    "two of three": (
        "Days,Ad name,Amount spend\n2026-03-15,Spring,10\n",
        f"has no column for {DAY} and {SPEND}: `Days` is nearly `Day` and `Amount spend` is nearly "
        "`Amount spent`; rename them or export again",
    ),
    "one near and one not there": (
        "Day,Ad nam,Impressions\n2026-03-15,Spring,10\n",
        f"has no column for {NAME} and {SPEND}: `Ad nam` is nearly `Ad name`; rename it and export "
        "again with the rest",
    ),
    "orders": (
        "Name,Created at,Totals\n#1,2026-03-15 10:00:00 +0000,20.00\n",
        "looks like orders and has no column `Total`: `Totals` is nearly `Total`; rename it or "
        "export again",
    ),
}


@pytest.mark.parametrize("case", NEAR)
def test_a_near_miss_is_named_and_not_read(raw, case):
    content, sentence = NEAR[case]
    raw.land({"file.csv": content})
    assert raw.file("file.csv") == ("refused", sentence)
    assert raw.gate() == [f"file.csv {sentence}"]
    assert raw.rows("from landing_insights") == []


FAR = {
    "another measure": "Day,Ad name,Cost per lead\n2026-03-15,Spring,10\n",
    "an amount of something else": "Day,Ad name,Amount\n2026-03-15,Spring,10\n",
}


@pytest.mark.parametrize("case", FAR)
def test_what_is_not_near_is_asked_for_as_before(raw, case):
    raw.land({"file.csv": FAR[case]})
    assert raw.file("file.csv") == (
        "refused",
        f"has no column for {SPEND}: add it in the export's columns and export again",
    )


def test_a_table_of_something_else_is_none_of_ours(raw):
    raw.land({"products.csv": "Handle,Title,Vendor,Tags,Variant Price\nshirt,Shirt,Us,cotton,20\n"})
    assert raw.file("products.csv") == (
        "skipped",
        "has none of the columns that we read: not needed",
    )


def test_a_near_miss_beside_what_is_needed_stays_unknown(raw):
    raw.land({"file.csv": "Day,Ad name,Amount spent,Purchasess\n2026-03-15,Spring,10,3\n"})
    assert raw.rows("select status, unmapped_columns from landing_files") == [
        ("read", ["Purchasess"])
    ]
    assert raw.rows("select actions from landing_insights") == [(None,)]
