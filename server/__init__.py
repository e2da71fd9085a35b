"""The composition root: application, settings, command line."""
