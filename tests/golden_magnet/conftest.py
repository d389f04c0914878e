"""The files here are broken on purpose; they are no flowsheets to hold to their targets."""

collect_ignore_glob = ["*.yaml"]
