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
    # A tree of objects for each mode too: a checked build never picks up an unchecked library, nor the other way.
    options={
        "build": {"build_base": "build/checked" if CHECKED else "build/plain"},
        "build_ext": {"parallel": True},  # a compiler for each core
    },
    ext_modules=cythonize(
        EXTENSIONS,
        compiler_directives=DIRECTIVES,
        build_dir="build/checked/cython" if CHECKED else "build/plain/cython",
    ),
)
