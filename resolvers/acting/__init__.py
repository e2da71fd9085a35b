"""What rules bring about by themselves: duties, escalations, and proposals of credit changes."""
