"""The bot's own pages: is it well, what has it done, and whatever pages its platforms bring along."""
