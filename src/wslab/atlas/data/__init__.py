"""What was measured: a JSON file for each scenario, and the schema of these files."""
