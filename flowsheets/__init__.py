"""The shipped flowsheet files: one per real system."""
