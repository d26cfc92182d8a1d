"""System programs beside a server: proxies, and Redis."""
