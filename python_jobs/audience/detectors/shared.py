"""Whom detectors speak of, and money that several of them put at stake."""

from python_jobs.audience.detectors.detector import EFFECT, Stake, setting
from python_jobs.decisions.rules.condition import Column, all_of, any_of

IS_ACTIVE = Column("is_active").equals(1)
NOT_ADVANTAGE = Column("is_advantage_campaign").equals(0)
HOLDS_BUDGET = Column("campaign_has_budget").equals(0)
STRANGERS = Column("funnel").equals("prospecting")
KNOWN_PEOPLE = Column("funnel").is_in("retargeting", "buyers")
FOR_PURCHASES = Column("goal").equals("purchases")
SELLS = any_of(Column("goal").is_missing(), FOR_PURCHASES)

RUNS = all_of(IS_ACTIVE, Column("spend_14d") > 0)
"""switched on, and spends"""
SPENDS_NOW = all_of(IS_ACTIVE, Column("days_without_spend") <= 1)

NOT_SWITCHED = any_of(Column("status_flips_14d").is_missing(), Column("status_flips_14d") <= 0)
"""what is off spends nothing, which says nothing of delivery"""

spend_30d = Column("spend_30d")

LEARNING_LOSS = Stake(
    amount=spend_30d * setting("learning.penalty"),
    low=spend_30d * setting("learning.penalty_low"),
    high=spend_30d * setting("learning.penalty_high"),
)
BEYOND_HARMLESS = Stake(amount=spend_30d * (1 - 1 / EFFECT))
"""what would not be lost if the figure were as elsewhere"""
