"""Test clients as columns: what an application's own tests show of it, in memory."""
