"""Settings of the rules: what each class compares with, and its factors."""

from python_jobs.config.section import Section


class DecisionRules(Section):
    """Thresholds and factors of the rules, by class."""
