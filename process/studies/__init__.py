"""Questions that take several results, or a closer look at one."""
