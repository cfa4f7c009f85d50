"""Pages for people: one catalogue of words (EN, DE) and the templates that use it."""
