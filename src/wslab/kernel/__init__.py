"""What runs inside a kernel: the cell at work, interrupts, stacks, the probe."""
