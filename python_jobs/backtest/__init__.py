"""What other parameters would have earned on past mornings, as far as the days after tell."""
