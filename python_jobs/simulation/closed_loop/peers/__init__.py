"""Other ways to set budgets, each at its best: what the engine must beat."""
