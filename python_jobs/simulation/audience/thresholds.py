"""From where on each detector speaks, as the public sources say: what truth is measured against.

Values: Facebook Marketing Science's guide to ad set counts (50 events a week, campaign budgets),
Meta's help on learning, overlap and frequency, the audit rules of honest-growth and admaxxer
(frequency, retargeting share, winners), and practice where nobody measured it. They are the
defaults of the detectors' parameters; a test of a detector with other parameters scales by them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Money in units of the account currency, shares as fractions, days whole."""

    learning_events: float = 50.0  # a week
    significant_step: float = 0.20
    edits_in_7_days: float = 2.0
    zombie_cpas: float = 3.0
    zombie_spend: float = 500.0  # in 14 days
    frequency_cold: float = 3.0  # in 7 days
    frequency_warm: float = 7.0
    narrow_cold: float = 500_000.0  # people
    narrow_warm: float = 1_000.0
    penetration: float = 0.5  # of a cold audience, in 28 days
    broad_people: float = 50e6
    overlap: float = 0.5  # Jaccard
    overlap_utilization: float = 0.8
    country_roas: float = 2.0  # best over worst in one ad set
    country_cpm: float = 2.5
    best_ad_share: float = 0.7  # of purchases
    stale_days: float = 42.0
    many_ads: float = 8.0
    winner_impressions: float = 2.0  # over the next
    winner_shortfall: float = 0.15  # of purchases a click against the other ads
    bound_utilization: float = 0.98
    underspender: float = 0.7
    under_delivery: float = 0.6
    seed_people: float = 1_000.0
    retargeting_share: float = 0.30
    prospecting_share: float = 0.50
    pool_frequency: float = 5.0  # impressions a week that a retargeting pool takes
    network_share: float = 0.15  # of spend in Audience Network
    network_cpa: float = 2.0  # over the ad set's
    cut_roas: float = 1.2  # of those left out over those chosen
    flips: float = 4.0  # of the status, in 14 days
    minimums_share: float = 0.5  # of the campaign's budget
    dead_days: float = 14.0  # without spend
    order_value_variation: float = 1.0  # between ad sets
    over_credit: float = 2.0  # claimed over caused revenue
    room: float = 0.5  # next unit's return above the rest of the account's
    creative_effect: float = 0.25  # log of purchases a click


THRESHOLDS = Thresholds()
EVIDENCE_DAYS = 28
