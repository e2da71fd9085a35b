"""GraphiQL, served without a network: the page, its files, and example operations for each kind of user."""
