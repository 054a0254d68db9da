"""The domain: what a class group is, its code of conduct, and what people decide. Pure: no clock, no network, no files."""
