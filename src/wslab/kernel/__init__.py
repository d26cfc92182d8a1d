"""What runs inside a kernel: the cell at work, interrupts, stacks, the probe.

Importing it registers IPython as what executes cells.
"""

from wslab.kernel.ipython import IPythonRunner

__all__ = ["IPythonRunner"]
