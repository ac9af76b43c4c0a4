"""Readers for what people have: tables of records, sequence files, folders of photos."""
