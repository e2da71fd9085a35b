"""The facts that rules may read: one vocabulary with type, unit, meaning, confidentiality, and how each comes about."""
