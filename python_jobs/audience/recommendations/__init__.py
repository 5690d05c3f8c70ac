"""What to set up next: new audiences, and changes to ad sets there are."""
