"""What lies beneath `wslab.testing`."""
