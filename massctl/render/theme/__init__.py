"""What articles look like: one CSS file a theme, built in (`built_in/`) or the house's own."""
