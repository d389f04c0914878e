"""The files here are scenarios, most of them broken on purpose; none is a flowsheet to hold to its targets."""

collect_ignore_glob = ["*.yaml"]
