"""A network in memory: what asyncio's own transports and servers take for TCP."""
