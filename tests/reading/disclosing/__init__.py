"""Secrets that are told, and the record of it."""
