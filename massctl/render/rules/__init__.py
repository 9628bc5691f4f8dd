"""Content rules: what an article or message should not contain. `registry` lists every rule."""
