"""`wslab trace`: the ladder of an application, and why each connection ended."""
