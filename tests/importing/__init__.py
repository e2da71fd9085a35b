"""Tests of importing real data."""
