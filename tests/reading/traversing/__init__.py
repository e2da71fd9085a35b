"""What traversals find, read as rows are: on a small schema, and on the whole one."""
