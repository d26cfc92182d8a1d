"""What runs inside a kernel: the cell at work, interrupts, stacks, the probe."""

EXTENSIONS = ("wslab.kernel.probe", "wslab.kernel.asserts")
"""The IPython extensions of every kernel that executes chapters."""
