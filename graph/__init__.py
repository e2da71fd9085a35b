"""The network of departments, staff and customers: questions over paths. See `graph/README.md`."""
