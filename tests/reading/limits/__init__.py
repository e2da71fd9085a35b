"""Limits and costs of documents."""
