"""Handing over what someone has: the document, its life, and what changes hands."""
