"""The rule compiler and its evaluators."""
