"""The only room that acts, and only through its ports. `executor` shows a whole run and the whole send."""
