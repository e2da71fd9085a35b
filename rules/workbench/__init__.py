"""The analyst's questions about texts of rule files, answered as plain data in a process of their own."""
