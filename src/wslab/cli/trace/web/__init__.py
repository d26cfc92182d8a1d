"""The page of `wslab trace --web`: connections as they come, on 127.0.0.1."""
