"""The watch: what the bot does with what detectors notice, in rehearsal and live."""
