"""What happens when a field is asked for: reading, commands, computed fields, access."""
