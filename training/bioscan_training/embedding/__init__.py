"""Embeddings of whole data sets: `bioscan-train embed`, on one machine or on a Ray cluster."""
