"""What a simulation found, as a page that opens in any browser, as a table for a spreadsheet, and as data."""
