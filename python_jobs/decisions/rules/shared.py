"""Conditions that rules of several classes have in common.

What makes a purchase more likely at equal spend (ROAS, its intervals, marginal ROAS, purchases) is
compared with the account or with a setting only, never with the holder's own past: a better month
would turn a steady trend into a falling one, and more purchases would lower a budget. Trends are
those of clicks and prices.
"""

from python_jobs.decisions.rules.condition import Column, Parameter, all_of, any_of, not_

roas_index = Column("roas_index")
roas_index_low = Column("roas_index_low")
roas_index_high = Column("roas_index_high")
marginal_index = Column("marginal_index")
expected_purchases = Column("expected_purchases")
click_index = Column("click_index")
delivery_room = Column("delivery_room")

account_cpc = Column("account_cpm_7d") / (Column("account_ctr_7d") * 1000)
"""account's spend per link click"""
account_cvr = account_cpc / Column("account_cpa_28d")
"""account's purchases per link click: what a click costs over what a purchase costs"""


def setting(name: str) -> Parameter:
    """Name a parameter of the section `decision_rules`."""
    return Parameter(f"decision_rules.{name}")


CLICKS_RISING = click_index >= setting("common.rising_click_index")
CLICKS_NOT_RISING = any_of(click_index.is_missing(), not_(CLICKS_RISING))
CLICKS_FALLING = click_index < setting("common.falling_click_index")
CLICKS_NOT_FALLING = any_of(click_index.is_missing(), not_(CLICKS_FALLING))

HAS_EVIDENCE = expected_purchases >= setting("common.min_expected_purchases")
NO_ROOM = delivery_room < setting("common.min_delivery_room")
MARGINAL_BELOW_ACCOUNT = marginal_index < setting("common.max_marginal_index_to_cut")

MAY_RAISE = all_of(
    marginal_index >= setting("common.min_marginal_index_to_raise"),
    any_of(delivery_room.is_missing(), not_(NO_ROOM)),
    HAS_EVIDENCE,
    Column("purchases_28d") >= setting("common.min_purchases_to_raise"),
)
"""every rule that raises asks for this: the last money spent there earns at least the account's
average, more of it can be spent, and enough was sold to tell"""

MAY_CUT = all_of(MARGINAL_BELOW_ACCOUNT, HAS_EVIDENCE)
"""every rule that cuts for bad figures asks for this: the last money spent there earns less than
elsewhere, and enough was spent to tell"""

SURELY_WORSE = roas_index_high < setting("common.max_roas_index_high_to_cut")
