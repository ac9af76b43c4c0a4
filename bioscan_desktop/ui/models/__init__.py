"""Qt models: what the views show."""
