"""What is left out for want of clearance, and how an answer says so."""
