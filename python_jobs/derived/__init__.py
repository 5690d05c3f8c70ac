"""Parameters derived from a customer's own data: measured, put into values, written with why."""
