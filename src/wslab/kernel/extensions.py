"""The IPython extensions of every kernel that executes chapters."""

EXTENSIONS = ("wslab.kernel.probe", "wslab.kernel.asserts")
