"""Keeping the graph store a true copy of the record: what is copied, how it is written, and how it is compared."""
