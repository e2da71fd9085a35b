"""Facts gathered from the record for rules: set-based, as of one instant, for one customer or for all."""
