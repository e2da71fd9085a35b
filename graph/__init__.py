"""The network of departments, staff and customers: one port, adapters behind it."""
