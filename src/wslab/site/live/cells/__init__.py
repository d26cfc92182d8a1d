"""What notebooks/live.toml says of chapters' cells."""
