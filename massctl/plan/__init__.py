"""Decides: rendered campaigns + recorded state + now -> a plan. Touches nothing; the same inputs give the same plan."""
