"""The shipped scenario files: plants, demand and trade rules of many regions by year."""
