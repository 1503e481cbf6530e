"""Everything about the vulnerability dashboard that is true without a screen."""
