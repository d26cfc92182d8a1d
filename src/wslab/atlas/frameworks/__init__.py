"""Frameworks as columns: each module is an application as that framework's users write.

Its paths are those that `scenarios.framework` asks for.
"""
