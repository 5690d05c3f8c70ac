"""Trials of the engine against the hand: drawn at random, read once purchases are in."""
