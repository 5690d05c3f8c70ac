"""Volume: spend, impressions and clicks."""

from python_jobs.decisions.rules.condition import Column, all_of, any_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    MAY_CUT,
    MAY_RAISE,
    account_cvr,
    marginal_index,
    setting,
)

VOLUME = (
    Rule(
        rule_id="small_high_marginal",
        rule_class="volume",
        priority=501,
        condition=all_of(
            MAY_RAISE,
            Column("budget_share") <= setting("volume.max_small_share"),
            marginal_index >= setting("volume.min_marginal_index_of_small"),
        ),
        factor=setting("volume.small_factor"),
        decision_path="volume_low_share_high_marginal",
        rationale="A small holder whose last money earns more than the account's has been left "
        "small by habit.",
    ),
    Rule(
        rule_id="workhorse",
        rule_class="volume",
        priority=502,
        condition=all_of(
            MAY_RAISE,
            Column("spend_28d")
            >= setting("volume.workhorse_purchases") * Column("account_cpa_28d"),
            marginal_index >= setting("volume.min_marginal_index_of_workhorse"),
        ),
        factor=setting("volume.workhorse_factor"),
        decision_path="volume_high_spend_good_marginal",
        rationale="Large spend whose last part still earns more than the account's scales where "
        "small winners cannot.",
    ),
    Rule(
        rule_id="clicks_without_purchases",
        rule_class="volume",
        priority=503,
        condition=all_of(
            MAY_CUT,
            Column("purchases_14d") <= 0,
            Column("link_clicks_14d") * account_cvr >= setting("volume.clicks_without_purchases"),
        ),
        factor=setting("volume.clicks_without_purchases_factor"),
        decision_path="volume_clicks_without_purchases",
        rationale="Two weeks of clicks that bring four purchases elsewhere brought none: chance "
        "2 % (Poisson), and longer than purchases take to come in.",
    ),
    Rule(
        rule_id="audience_worn",
        rule_class="volume",
        priority=504,
        condition=all_of(
            MAY_CUT,
            Column("ctr_7d") < setting("volume.min_ctr_share") * Column("ctr_28d"),
            any_of(
                Column("impressions_7d") * 4 > Column("impressions_28d"),
                Column("frequency_7d_high") >= setting("volume.min_frequency"),
            ),
        ),
        factor=setting("volume.worn_factor"),
        decision_path="volume_audience_worn",
        rationale="Fewer click while more is shown, or the same people see it again: clicks fall "
        "with each exposure, about (n+1)^-0.43.",
    ),
    Rule(
        rule_id="prices_jumped",
        rule_class="volume",
        priority=505,
        condition=all_of(
            MAY_CUT,
            Column("cpm_7d") >= setting("volume.min_cpm_rise") * Column("cpm_28d"),
            Column("cpm_7d") > Column("account_cpm_7d"),
        ),
        factor=setting("volume.cpm_factor"),
        decision_path="volume_prices_jumped",
        rationale="Impressions have grown dear here beyond the account's, so the same money buys "
        "less.",
    ),
)
