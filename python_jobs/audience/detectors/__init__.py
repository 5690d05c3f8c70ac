"""Detectors of mistakes: declarations like the rules of budgets, and what evaluates them."""
