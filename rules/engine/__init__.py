"""The language of rule files, and the reference evaluator that says what they mean."""
