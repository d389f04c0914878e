"""didymium: from ore to magnet in one model."""
