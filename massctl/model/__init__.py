"""The nouns of massctl: frozen values, validated once, without behaviour that has consequences.

Nothing here reads a clock, a disk or a network. Import from the modules; this package re-exports nothing.
"""
