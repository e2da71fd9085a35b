"""Exact analysis of decision tables: nothing is sampled where a proof is claimed.

A column's values are cut into slices that no test of the table tells apart (`slices.py`). A box is a set of slices for
each column, so a row is a box too, and all questions become questions about boxes (`boxes.py`).
"""
