"""The frozen nouns of the registry, by subject; values only, no rules and no rows."""
