"""Declarative rule files and the engine that reads them."""
