"""What runs in a page only: the loop under JavaScript's timers, cells, the session."""
