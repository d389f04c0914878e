"""Build the Cython kernels. ``DIDYMIUM_CHECKED=1`` builds them with bounds and initialisation checks on."""

import os
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

CHECKED = os.environ.get("DIDYMIUM_CHECKED", "") not in ("", "0")
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": CHECKED,
    "wraparound": False,
    "initializedcheck": CHECKED,
    "cdivision": not CHECKED,
    "embedsignature": True,
}
MACROS = [("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")]

# The build tree is named after the mode, so that a checked build never reuses an unchecked one's C files.
EXTENSIONS = [
    Extension(
        f"didymium.kernels.{source.stem}",
        [source.as_posix()],
        include_dirs=[np.get_include()],
        define_macros=MACROS,
    )
    for source in sorted(Path("kernels").glob("*.pyx"))
]

setup(
    ext_modules=cythonize(
        EXTENSIONS,
        compiler_directives=DIRECTIVES,
        build_dir="build/cython-checked" if CHECKED else "build/cython",
    )
)
