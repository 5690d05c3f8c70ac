"""Efficiency: what purchases, clicks and impressions cost and bring, against the account.

For holders whose ROAS alone does not decide: the steps of the funnel have more data than revenue.
"""

from python_jobs.decisions.rules.condition import Column, all_of
from python_jobs.decisions.rules.rule import Rule
from python_jobs.decisions.rules.shared import (
    MAY_CUT,
    MAY_RAISE,
    SURELY_WORSE,
    account_cpc,
    account_cvr,
    setting,
)

_cpa = Column("cpa_28d")
_account_cpa = Column("account_cpa_28d")
_cvr = Column("cvr_28d")
_COSTLY = _cpa >= setting("efficiency.min_cpa_ratio_to_cut") * _account_cpa

EFFICIENCY = (
    Rule(
        rule_id="cheap_purchases",
        rule_class="efficiency",
        priority=401,
        condition=all_of(MAY_RAISE, _cpa <= setting("efficiency.max_cpa_ratio") * _account_cpa),
        factor=setting("efficiency.cheap_purchases_factor"),
        decision_path="efficiency_cheap_purchases",
        rationale="Purchases cost clearly less than the account's; counts are steadier than "
        "revenue, where one large order decides.",
    ),
    Rule(
        rule_id="high_conversion_rate",
        rule_class="efficiency",
        priority=402,
        condition=all_of(MAY_RAISE, _cvr >= setting("efficiency.min_cvr_ratio") * account_cvr),
        factor=setting("efficiency.conversion_rate_factor"),
        decision_path="efficiency_high_conversion_rate",
        rationale="Those who click buy more often than elsewhere: the audience fits the offer.",
    ),
    Rule(
        rule_id="valuable_impressions",
        rule_class="efficiency",
        priority=403,
        condition=all_of(
            MAY_RAISE,
            Column("purchase_value_28d") * 1000
            >= setting("efficiency.min_impression_value_ratio")
            * Column("account_projected_roas")
            * Column("account_cpm_7d")
            * Column("impressions_28d"),
        ),
        factor=setting("efficiency.impression_value_factor"),
        decision_path="efficiency_valuable_impressions",
        rationale="An impression brings more revenue than the account's costly ones must to pay: "
        "dear but good inventory.",
    ),
    Rule(
        rule_id="cheap_clicks",
        rule_class="efficiency",
        priority=404,
        condition=all_of(
            MAY_RAISE,
            Column("spend_28d")
            <= setting("efficiency.max_cpc_ratio") * account_cpc * Column("link_clicks_28d"),
            _cvr >= setting("efficiency.min_cvr_ratio_of_cheap_clicks") * account_cvr,
        ),
        factor=setting("efficiency.cheap_clicks_factor"),
        decision_path="efficiency_cheap_clicks_that_convert",
        rationale="Cheap clicks count only where they convert about as well as the account's.",
    ),
    Rule(
        rule_id="costly_purchases",
        rule_class="efficiency",
        priority=405,
        condition=all_of(MAY_CUT, SURELY_WORSE, _COSTLY),
        factor=setting("efficiency.costly_purchases_factor"),
        decision_path="efficiency_costly_purchases",
        rationale="Purchases cost half as much again as the account's, and revenue does not make "
        "up for it.",
    ),
    Rule(
        rule_id="clicks_convert_poorly",
        rule_class="efficiency",
        priority=406,
        condition=all_of(
            MAY_CUT, SURELY_WORSE, _cvr < setting("efficiency.max_cvr_ratio_to_cut") * account_cvr
        ),
        factor=setting("efficiency.weak_conversion_factor"),
        decision_path="efficiency_clicks_convert_poorly",
        rationale="People click but do not buy: the promise and the offer differ, and more budget "
        "buys more of those clicks.",
    ),
    Rule(
        rule_id="costly_purchases_large_orders",
        rule_class="efficiency",
        priority=407,
        condition=all_of(
            _COSTLY,
            Column("aov_28d") >= setting("efficiency.min_aov_ratio") * Column("account_aov_28d"),
        ),
        decision_path="efficiency_large_orders_pay",
        rationale="Cost per purchase alone would cut what sells few but large orders.",
    ),
)
