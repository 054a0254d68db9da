"""Pure functions from a text to observations: what was noticed, where, and why. They decide nothing."""
