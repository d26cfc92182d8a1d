"""The servers: how each is started, and as what it is listed."""
