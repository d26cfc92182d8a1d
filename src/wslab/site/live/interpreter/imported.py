"""Print what the modules of ours in /work import: paths below the trees, and stdlib's.

Arguments: the trees to import from, the first with all of its modules of ours; then,
after `--`, more modules to import. This file runs in Pyodide.
"""

import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

trees, more = sys.argv[1:], []
if "--" in trees:
    cut = trees.index("--")
    trees, more = trees[:cut], trees[cut + 1 :]
sys.path[:0] = [f"/work/{tree}" for tree in trees]

root = Path("/work", trees[0])
for path in sorted(root.glob("wslab/**/*.py")):
    parts = path.relative_to(root).with_suffix("").parts
    with suppress(ImportError):  # of what a page has not: pytest, redis, a process
        import_module(".".join(parts).removesuffix(".__init__"))
for name in more:
    import_module(name)

for name in sorted(sys.modules):
    file = getattr(sys.modules[name], "__file__", None)
    if file:
        print(file.removeprefix("/work/"))
