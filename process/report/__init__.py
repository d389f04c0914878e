"""Results as tables and documents. Reports read and never compute."""
