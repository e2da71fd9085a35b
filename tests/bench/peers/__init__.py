"""The servers that ours is measured against, on the same tables."""
