"""The template library: what templates reach as `blocks`, from a lead to a footer, in the theme of the article."""
