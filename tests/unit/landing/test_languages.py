"""Exports of Ads Manager in other languages than English: headers, and files of known totals."""

# Turkish has an i without a dot
# ruff: noqa: RUF001

import csv
import unicodedata
from pathlib import Path

import pytest

from python_jobs.landing.headers import HeaderNames, map_headers, normalise

ROOT = Path(__file__).parents[3]
LANGUAGES = ("es", "fr", "nl", "pt", "de", "it", "pl", "tr", "zh-TW", "zh-CN", "ja")
PURCHASES = "actions:omni_purchase"
PURCHASE_VALUE = "action_values:omni_purchase"
# what the budgets of an account cannot do without
NEEDED = {
    *("day", "date_start", "date_stop", "campaign_name", "adset_name", "ad_name"),
    *("campaign_id", "adset_id", "ad_id", "spend", "impressions", "reach", "link_clicks"),
    *("campaign_budget", "campaign_budget_type", "adset_budget", "adset_budget_type"),
    *("attribution_setting", "last_significant_edit", "results", "result_indicator", "delivery"),
    *("age", "gender", "country", "publisher_platform", "platform_position"),
    *(PURCHASES, PURCHASE_VALUE, "purchase_roas"),
}


def seed(name):
    with (ROOT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HEADERS = seed("meta_headers")
NAMES = HeaderNames.of(
    [(row["header"], row["canonical"] or None) for row in HEADERS], ["TRY", "USD"]
)


def test_a_header_means_one_column_whatever_its_language():
    columns = {}
    for row in HEADERS:
        columns.setdefault(normalise(row["header"]), set()).add(row["canonical"])
    assert {header: found for header, found in columns.items() if len(found) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_what_budgets_cannot_do_without(language):
    assert NEEDED - {row["canonical"] for row in HEADERS if row["language"] == language} == set()


TYPED = {
    "as it is": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "accents as signs of their own": lambda header: unicodedata.normalize("NFD", header),
    "typographic apostrophes": lambda header: header.replace(
        "'", "\N{RIGHT SINGLE QUOTATION MARK}"
    ),
    "spaces that do not break": lambda header: header.replace(" ", "\N{NO-BREAK SPACE}"),
    "brackets of full width": lambda header: header.replace(" (", "\uff08").replace(")", "\uff09"),
}


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("currency", ["", " (TRY)", "\uff08TRY\uff09", "\N{NO-BREAK SPACE}(try)"])
def test_every_header_is_known_however_it_is_typed(typed, currency):
    headers = [TYPED[typed](row["header"]) + currency for row in HEADERS]
    mapping = map_headers(headers, NAMES)
    assert mapping.unmapped == []
    assert mapping.currency == ("TRY" if currency else None)
    expected = {}
    for position, row in enumerate(HEADERS):
        if row["canonical"]:
            expected.setdefault(row["canonical"], []).append(position)
    assert mapping.columns == expected


def test_turkish_capitals_keep_their_dots():
    # Turkish writes the capital of `i` with a dot and that of a dotless `i` without one
    capitals = ["ERİŞİM", "REKLAM SETİ ADI", "HARCANAN TUTAR (TRY)"]
    mapping = map_headers(capitals, NAMES)
    assert mapping.columns == {"reach": [0], "adset_name": [1], "spend": [2]}


# Each file: two days of an ad set, 40.50 + 1234.25 = 1274.75 spent on 1000 + 30000 = 31000
# impressions, 1 + 4 = 5 purchases of 90 + 510.40 = 600.40; Japanese yen have no decimals.
FILES = {
    "es": """\
Inicio del informe;Fin del informe;Nombre del conjunto de anuncios;\
Entrega del conjunto de anuncios;Presupuesto del conjunto de anuncios;\
Tipo de presupuesto del conjunto de anuncios;Importe gastado (EUR);\
Impresiones;Compras;Valor de conversión de compras
2026-03-14;2026-03-14;Amplio;active;75,5;Diario;40,50;1000;1;90,00
2026-03-15;2026-03-15;Amplio;active;75,5;Diario;1.234,25;30000;4;510,40
""",
    "fr": """\
Jour;Nom de l\u2019ensemble de publicités;Budget de l\u2019ensemble de publicités;\
Montant dépensé (EUR);Impressions;Couverture;Achats;Valeur de conversion des achats
2026-03-14;Large;75,5;40,50;1000;900;1;90,00
2026-03-15;Large;75,5;1234,25;30000;20000;4;510,40
""",
    "nl": """\
Dag;Campagnenaam;Naam advertentieset;Budget advertentieset;Besteed bedrag (EUR);Weergaven;\
CPM (kosten per 1000 weergaven) (EUR);Aankopen;Conversiewaarde aankopen
2026-03-14;Lente;Breed;75,5;40,50;1000;40,50;1;90,00
2026-03-15;Lente;Breed;75,5;1.234,25;30000;41,14;4;510,40
""",
    "pt": """\
Início dos relatórios;Encerramento dos relatórios;Nome do conjunto de anúncios;\
Identificação do conjunto de anúncios;Orçamento do conjunto de anúncios;Valor usado (BRL);\
Impressões;Compras;Valor de conversão da compra
2026-03-14;2026-03-14;Aberto;120210;75,5;40,50;1000;1;90,00
2026-03-15;2026-03-15;Aberto;120210;75,5;1.234,25;30000;4;510,40
""",
    "de": """\
Tag;Kampagnenname;Name der Anzeigengruppe;Anzeigengruppenbudget;Ausgegebener Betrag (EUR);\
Impressionen;Link-Klicks;Käufe;Conversion-Wert von Käufen
2026-03-14;Frühling;Breit;75,5;40,50;1000;10;1;90,00
2026-03-15;Frühling;Breit;75,5;1.234,25;30000;200;4;510,40
""",
    "it": """\
Giorno;Nome del gruppo di inserzioni;Budget del gruppo di inserzioni;\
Tipo di budget del gruppo di inserzioni;Importo speso (EUR);Impression;Acquisti;\
Valore di conversione degli acquisti
2026-03-14;Ampio;75,5;Giornaliero;40,50;1000;1;90,00
2026-03-15;Ampio;75,5;Giornaliero;1.234,25;30000;4;510,40
""",
    "pl": """\
Dzień;Nazwa kampanii;Nazwa zestawu reklam;Budżet zestawu reklam;Wydana kwota (PLN);Wyświetlenia;\
Zakupy;Wartość konwersji zakupów
2026-03-14;Wiosna;Szeroki;75,5;40,50;1000;1;90,00
2026-03-15;Wiosna;Szeroki;75,5;1234,25;30000;4;510,40
""",
    "tr": """\
Rapor Başlangıcı;Rapor Sonu;Reklam seti adı;Reklam seti bütçesi;Harcanan Tutar (TRY);Gösterim;\
Erişim;Alışverişler;Alışveriş Dönüşüm Değeri
2026-03-14;2026-03-14;Geniş;75,5;40,50;1000;900;1;90,00
2026-03-15;2026-03-15;Geniş;75,5;1.234,25;30000;20000;4;510,40
""",
    "zh-TW": """\
分析報告開始,分析報告結束,廣告組合名稱,廣告組合投遞,廣告組合預算,廣告組合預算類型,花費金額\uff08TWD\uff09,曝光次數,購買次數,購買轉換值
2026-03-14,2026-03-14,廣泛,active,75.5,每日,40.50,1000,1,90.00
2026-03-15,2026-03-15,廣泛,active,75.5,每日,1234.25,30000,4,510.40
""",
    "zh-CN": """\
报告开始日期,报告结束日期,广告系列名称,广告组名称,广告组预算,\
已花费金额 (USD),展示次数,购物次数,购物转化价值
2026-03-14,2026-03-14,春季,宽泛,75.5,40.50,1000,1,90.00
2026-03-15,2026-03-15,春季,宽泛,75.5,1234.25,30000,4,510.40
""",
    "ja": """\
日,キャンペーン名,広告セット名,広告セットの予算,消化金額 (JPY),\
インプレッション,購入,購入のコンバージョン値
2026-03-14,春,広め,7500,4050,1000,1,9000
2026-03-15,春,広め,7500,123425,30000,4,51040
""",
}
CURRENCIES = {"pt": "BRL", "pl": "PLN", "tr": "TRY", "zh-TW": "TWD", "zh-CN": "USD", "ja": "JPY"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_in_each_language_has_its_totals(raw, language):
    raw.land({"export.csv": FILES[language]})
    assert raw.gate() == []
    assert raw.rows("select status, unmapped_columns from landing_files") == [("read", [])]
    cents = 1 if language == "ja" else 100
    assert raw.rows(f"""
        select
            level, any_value(account_currency), min(date_start), max(date_stop),
            round(sum(spend::double) * {cents}), sum(impressions::bigint),
            sum(actions[1].value::bigint),
            round(sum(action_values[1].value::double) * {cents}),
            round(any_value(adset_budget::double) * {cents})
        from landing_insights
        group by level""") == [
        (
            "adset",
            CURRENCIES.get(language, "EUR"),
            "2026-03-14",
            "2026-03-15",
            127_475,
            31_000,
            5,
            60_040,
            7_550 if cents == 100 else 7_500,
        )
    ]


def test_a_folder_may_hold_several_languages(raw):
    raw.land({f"{language}.csv": text for language, text in FILES.items()})
    assert raw.rows("select distinct status from landing_files") == [("read",)]
    # ten times 1274.75, and 127475 yen
    assert raw.rows("select count(*), round(sum(spend::double), 2) from landing_insights") == [
        (22, 140_222.5)
    ]


def test_words_mean_one_thing_and_every_language_has_those_that_decide():
    words = {}
    for row in seed("meta_values"):
        words.setdefault((row["field"], row["value"]), set()).add(row["canonical"])
        assert row["value"] == row["value"].lower()
    assert {word for word, meant in words.items() if len(meant) > 1} == set()
    decide = {
        *(("budget", "Using campaign budget"), ("budget", "Using ad set budget")),
        *(("budget_type", "Daily"), ("budget_type", "Lifetime")),
        *(("attribution_setting", "7-day click"), ("buying_type", "Reservation")),
    }
    for language in LANGUAGES:
        has = {
            (row["field"], row["canonical"])
            for row in seed("meta_values")
            if row["language"] == language
        }
        assert decide - has == set(), language
