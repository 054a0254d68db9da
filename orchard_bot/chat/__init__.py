"""The words shared with adapters: references, events, intents, abilities, steps and the platform port."""
