"""Compile the trees below /work: arguments TREE=PLACE, where it will lie in a page.

Each module gets a `.pyc` that is loaded without a look at its source. This file runs in
Pyodide, whose Python is the one that will load them.
"""

import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file

for argument in sys.argv[1:]:
    tree, _, place = argument.partition("=")
    root = Path("/work", tree)
    for path in sorted(root.rglob("*.py")):
        compile_file(
            str(path),
            dfile=f"{place}/{path.relative_to(root)}",
            doraise=True,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
