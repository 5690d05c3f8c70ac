"""Files of real accounts land whole: counted against the files themselves."""

import csv
import json
import zipfile

import pandas as pd
import pytest


def land_folder(raw, folder, pattern="**/*"):
    files = [file for file in folder.glob(pattern) if file.is_file()]
    return raw.land({file.relative_to(folder).as_posix(): file.read_bytes() for file in files})


def test_exports_of_a_fashion_shop(raw, shared_data):
    folder = shared_data / "fashion_us"
    land_folder(raw, folder)
    assert raw.gate() == []
    assert raw.rows("from landing_rejected_rows") == []
    assert raw.rows("select distinct unmapped_columns from landing_files") == [([],)]
    for name, spend in (
        ("meta_ad_daily_2026.csv", "Amount spent (USD)"),
        ("meta_ad_age_gender_2024.csv", "Amount spent (USD)"),
        ("meta_by_ad_2023_2026.csv", "Amount spent (USD)"),
    ):
        export = pd.read_csv(folder / name, encoding="utf-8-sig", dtype=str)
        landed = raw.rows(f"""
            select file_row, ad_name, spend, account_currency
            from landing_insights inner join landing_files using (file_id)
            where file_path = '{name}' order by file_row""")
        assert [row[0] for row in landed] == list(range(1, len(export) + 1))
        assert [row[1] for row in landed] == list(export["Ad name"])
        assert [row[2] for row in landed] == list(export[spend])
        assert {row[3] for row in landed} == {"USD"}


def test_orders_of_cash_on_delivery_shops(raw, shared_data):
    folder = shared_data / "cod_shop_utm"
    land_folder(raw, folder)
    assert raw.gate() == []
    lines = []
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as text:
            lines += list(csv.DictReader(text))
    assert raw.rows("select count(*) from landing_orders") == [(len(lines),)]
    noted = [line["Note Attributes"].lower() for line in lines]
    for utm in ("source", "campaign", "content", "term"):
        expected = sum(f"utm {utm}: " in note for note in noted)
        ((found, are_ids),) = raw.rows(f"""
            select count(*), bool_and(regexp_full_match(utm_{utm}, '[^\\r\\n]+'))
            from landing_orders where utm_{utm} is not null""")
        assert (found, are_ids) == (expected, True)


def test_objects_with_targeting(raw, shared_data):
    folder = shared_data / "targeting_specs_br"
    land_folder(raw, folder)
    assert raw.gate() == []
    names = {
        "ads.json": "ad",
        "adset.json": "adset",
        "campaign.json": "campaign",
        "campaigns2.0.json": "campaign",
        "creatives.json": "creative",
    }
    for name, object_type in names.items():
        objects = json.loads((folder / name).read_text())
        landed = raw.rows(f"""
            select object_type, object_id, object
            from landing_objects inner join landing_files using (file_id)
            where file_path = '{name}' order by file_row""")
        assert [row[:2] for row in landed] == [(object_type, item["id"]) for item in objects]
        if name == "adset.json":
            for (_, _, text), item in zip(landed, objects, strict=True):
                assert json.loads(text)["targeting"] == item["targeting"]


def test_answers_with_insights_inside_objects(raw, shared_data):
    folder = shared_data / "api_envelopes_it"
    land_folder(raw, folder, "*.json")
    for key in ("ads", "adsets", "campaigns"):
        document = json.loads((folder / f"{key}Response.json").read_text())
        level = key.removesuffix("s")
        expected = [
            (item["id"], item["name"], row["spend"], document["currency"])
            for item in document[key]["data"]
            for row in item.get("insights", {}).get("data", [])
        ]
        assert expected
        assert (
            raw.rows(f"""
                select {level}_id, {level}_name, spend, account_currency
                from landing_insights where level = '{level}' order by file_row""")
            == expected
        )
    assert raw.rows("select distinct account_id from landing_insights") == [("317717072134502",)]


def test_reports_of_somebodys_own_making(raw, shared_data):
    folder = shared_data / "api_pages_vn"
    land_folder(raw, folder, "*.json")
    by_account = json.loads((folder / "meta_deep_insights.json").read_text())
    report = json.loads((folder / "account_1539662916447581_july_report.json").read_text())
    for account, held in by_account.items():
        ((campaigns, ads),) = raw.rows(f"""
            select
                count(distinct object_id) filter (where object_type = 'campaign'),
                count(distinct object_id) filter (where object_type = 'ad')
            from landing_objects where account_id = '{account.removeprefix("act_")}'""")
        assert campaigns == len({item["id"] for item in held["campaigns"]})
        assert ads == len({item["id"] for item in held["ads"]})
    rows = [row for held in by_account.values() for row in held["insights"]]
    rows += [row for key, value in report.items() if key.endswith("insights") for row in value]
    ((count, spend),) = raw.rows("select count(*), sum(spend::double) from landing_insights")
    assert count == len(rows)
    assert spend == pytest.approx(sum(float(row["spend"]) for row in rows))


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_a_report_as_a_workbook(raw, shared_data):
    """Against the sheet as pandas reads it, whose first row is a total and names nothing."""
    folder = shared_data / "reporting_xlsx_eg"
    land_folder(raw, folder)
    assert raw.gate() == []
    assert raw.rows("from landing_rejected_rows") == []
    sheet = pd.read_excel(folder / "report_by_adset_day.xlsx")
    totals = sheet[sheet["Ad set name"].isna()]
    days = sheet.dropna(subset=["Ad set name"])
    assert (len(totals), len(days)) == (1, 30)
    landed = raw.rows("select date_start, adset_name, spend::double from landing_insights")
    days_of_sheet = days["Day"].astype(str).str[:10]
    spend_of_sheet = days["Amount spent (EGP)"].fillna(0)
    assert sorted(landed) == sorted(
        zip(days_of_sheet, days["Ad set name"], spend_of_sheet, strict=True)
    )
    [(spend, impressions, results)] = raw.rows("""
        select sum(spend::double), sum(impressions::bigint), sum(results::double)
        from landing_insights""")
    # its row of totals says more than its days add up to: the file holds only some of them
    assert spend == pytest.approx(days["Amount spent (EGP)"].sum())
    assert impressions == days["Impressions"].sum()
    assert results == days["Results"].sum()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "zip"])
def test_a_real_export_in_other_wrappings_is_the_same(raw, shared_data, encoding):
    """Text that `utf-16-be` writes has no mark."""
    export = (shared_data / "fashion_us" / "meta_by_ad_2023_2026.csv").read_bytes()
    columns = "columns(* exclude file_id)"
    raw.land({"plain.csv": export})
    plain = raw.rows(f"select {columns} from landing_insights order by all")
    (raw.folder / "plain.csv").unlink()
    if encoding == "zip":
        with zipfile.ZipFile(raw.folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("days.csv", export)
    else:
        raw.add({"days.csv": export.decode().encode(encoding)})
    raw.land()
    assert len(plain) > 1000
    assert raw.rows(f"select {columns} from landing_insights order by all") == plain


def test_a_day_table_in_several_currencies_is_read_and_stops(raw, shared_data):
    folder = shared_data / "dirty_daily"
    land_folder(raw, folder)
    assert raw.gate() == [
        "meta_ads_daily.csv gives money, without saying of which account, in CAD, GBP and USD, but "
        "an account has one currency: export again in that one, and with Account ID where they are "
        "several"
    ]
    table = pd.read_csv(folder / "meta_ads_daily.csv").dropna(subset="currency")
    for currency, spend in table.groupby("currency")["spend_usd"].sum().items():
        [(landed,)] = raw.rows(
            f"select sum(spend::double) from landing_insights where account_currency = '{currency}'"
        )
        assert landed == pytest.approx(spend), currency


def test_a_table_of_campaigns_and_one_of_orders_in_other_words(raw, shared_data):
    folder = shared_data / "utm_names_demo"
    land_folder(raw, folder)
    assert raw.gate() == []
    assert raw.rows("from landing_rejected_rows") == []
    days, orders = (pd.read_csv(folder / f"{name}.csv") for name in ("meta_ads", "shopify_orders"))
    of_list = "list_sum(list_transform({}, lambda entry: entry.value::double))"
    [found] = raw.rows(f"""
        select
            count(*), sum(spend::double), sum({of_list.format("actions")}),
            sum({of_list.format("action_values")})
        from landing_insights""")
    sums = [days[column].sum() for column in ("spend", "purchases", "purchase_revenue")]
    assert found == pytest.approx((len(days), *sums))
    [found] = raw.rows("""
        select count(*), sum(total::double), count(utm_campaign) from landing_orders""")
    assert found == (len(orders), orders["revenue"].sum(), orders["utm_campaign"].count())
