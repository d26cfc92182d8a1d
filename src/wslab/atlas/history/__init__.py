"""What uvicorn's default did, release by release: measured, stored, told."""
