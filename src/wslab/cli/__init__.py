"""The `wslab` command."""
