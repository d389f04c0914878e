"""Twin of kernels/phases.pyx: the phases of least energy at stated weights, a linear program over all of them.

Columns in are those of the kernel: R, T, B, C, N, O, Ga, Cu, Zr, Ti, Nb. Every phase, and every home of an element
outside of one, is an unknown that is not negative; the balances of the elements are the constraints. The weights are no
thermodynamics: they are numbers (any on the same convex hull would do) that make the stated rules the least sum.
"""

import numpy as np
from scipy.optimize import linprog

COLUMNS = ("R", "T", "B", "C", "N", "O", "Ga", "Cu", "Zr", "Ti", "Nb")
PHASES = ("R2T14B", "R", "R1.1T4B4", "R2T17", "R6T13X", "T", "T2B", "R2O3", "carbide", "RN", "ZrB2", "TiB2", "TNbB")


def unknowns(per_carbon, carbon_for_boron):
    """Name → (weight, elements per formula unit). The refractory metals take boron from anything else, Zr first."""
    out = {
        "R2T14B": (-10.0, {"R": 2, "T": 14, "B": 1}),
        "R": (0.0, {"R": 1}),
        "R1.1T4B4": (-20.0, {"R": 1.1, "T": 4, "B": 4}),
        "R2T17": (-1.0, {"R": 2, "T": 17}),
        "R6T13Ga": (-1.5, {"R": 6, "T": 13, "Ga": 1}),
        "R6T13Cu": (-1.4, {"R": 6, "T": 13, "Cu": 1}),
        "T": (0.0, {"T": 1}),
        "T2B": (-5.0, {"T": 2, "B": 1}),
        "R2O3": (0.0, {"R": 2, "O": 3}),
        "carbide": (0.0, {"R": 1, "C": 1 / per_carbon}),
        "RN": (0.0, {"R": 1, "N": 1}),
        "ZrB2": (-600.0, {"Zr": 1, "B": 2}),
        "TiB2": (-400.0, {"Ti": 1, "B": 2}),
        "TNbB": (-100.0, {"T": 1, "Nb": 1, "B": 1}),
        "Ga beside R": (0.0, {"Ga": 1}),
        "Cu beside R": (0.0, {"Cu": 1}),
    }
    # What finds no boron becomes a T: the negative column of T makes one of it.
    out |= {f"{metal} as T": (0.0, {metal: 1, "T": -1}) for metal in ("Zr", "Ti", "Nb")}
    if carbon_for_boron:
        out["R2T14C"] = (-2.0, {"R": 2, "T": 14, "C": 1})
    return out


def balance(moles, per_carbon=2.0 / 3.0, carbon_for_boron=False):
    """Phases (13,) of one composition (11,), mol, and a dict of all unknowns; None where no phases hold it."""
    names = unknowns(per_carbon, carbon_for_boron)
    table = np.array([[held.get(column, 0.0) for _, held in names.values()] for column in COLUMNS])
    weights = np.array([weight for weight, _ in names.values()])
    whole = moles.sum()
    found = linprog(weights, A_eq=table, b_eq=moles / whole, method="highs-ds", options={"presolve": False})
    if found.status == 2:
        return None
    assert found.status == 0, found.message
    amounts = dict(zip(names, found.x * whole, strict=True))
    out = {name: amounts.get(name, 0.0) for name in PHASES}
    out["R2T14B"] += amounts.get("R2T14C", 0.0)
    out["R6T13X"] = amounts["R6T13Ga"] + amounts["R6T13Cu"]
    return np.array(list(out.values())), amounts
