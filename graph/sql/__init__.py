"""The questions in SQL, one module for each kind: recursive selects over the indexed tables, on both stores."""
