"""What is known of buyers, and how one of them is forgotten."""
