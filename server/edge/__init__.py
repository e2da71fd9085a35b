"""What stands between the network and the schema: hosts, origins, budgets of callers, stored documents."""
