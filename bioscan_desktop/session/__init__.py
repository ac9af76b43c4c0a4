"""Sessions: what was handed in, what came back, and what people decided, kept in one SQLite file."""
