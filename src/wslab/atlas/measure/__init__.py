"""Measuring: start a server, perform a scenario's acts, record both views."""
