"""`--as-test`: what connections did, as a pytest file that plays the clients again."""

from wslab.cli.trace.replay.source import as_test

__all__ = ["as_test"]
