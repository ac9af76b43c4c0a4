"""Pixels and bases to embeddings: numpy, Pillow and onnxruntime; no torch, no Qt."""
