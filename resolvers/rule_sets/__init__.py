"""Rule sets and their versions: what ships, what is in force, and how a version comes into force."""
