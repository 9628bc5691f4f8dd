"""Verbs and flags, and the wiring of adapters to ports. Decides nothing about campaigns."""
