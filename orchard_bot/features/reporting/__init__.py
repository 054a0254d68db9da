"""Reports: from a message that somebody should look at to the way the reporter wants to go."""
