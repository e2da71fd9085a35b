"""Decisions of rules about what is on record: made, kept, acted upon, told, and made again to see that they hold."""
