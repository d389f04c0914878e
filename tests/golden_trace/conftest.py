"""The scenario here is small enough to follow on paper; it is no flowsheet to hold to its targets."""

collect_ignore_glob = ["*.yaml"]
