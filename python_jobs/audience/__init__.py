"""The audience side: what it finds wrong, and what it would set up."""
