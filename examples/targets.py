"""For the test suite: hold a plant to the targets that its file promises.

Run it: python examples/targets.py myplant.yaml; it ends with 1 where a target is missed. Inside pytest no script is
needed: `pytest flowsheets/` collects the targets of every flowsheet file.
"""

import sys

import didymium


def missed(file: str) -> list[str]:
    """The targets of a flowsheet that its solution does not meet, in words."""
    result = didymium.load(file).solve()
    return [
        f"{item.target.position}: {item.target.text}, but it is {item.value:.4g}"
        for item in result.targets
        if not item.passed
    ]


if __name__ == "__main__":
    files = sys.argv[1:] or ["mountain_pass", "baotou"]
    faults = [fault for file in files for fault in missed(file)]
    print("\n".join(faults) or f"all targets of {', '.join(files)} are met")
    sys.exit(1 if faults else 0)
