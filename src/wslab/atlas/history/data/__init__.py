"""What was measured of earlier releases: one JSON file, and its schema."""
