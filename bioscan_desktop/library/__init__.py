"""The library pack: reference specimens, their keys, and how both are read and built."""
