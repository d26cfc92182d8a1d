"""Servers in processes of their own, and clients that cost next to nothing."""
